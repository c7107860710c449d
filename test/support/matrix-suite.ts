import { afterAll, describe, expect, it } from 'vitest';
import { type Crash, type How, play, wordsOf } from './matrix.ts';

export interface MatrixOptions {
  readonly command: string;
  readonly how: How;
  /** First word of the worker at which it is stopped: up to its start, every operation says the same words. */
  readonly from: number;
  /** Statements that change something. */
  readonly effects: readonly RegExp[];
}

const name = ({ point }: Crash): string =>
  point.kind === 'journal' ? `${point.moment} word ${point.append}` : `${point.moment} ${point.statement.source}`;

/**
 * A worker process is killed (SIGKILL) or frozen past its lease (SIGSTOP, later SIGCONT) at every word that it says to the journal,
 * and before and after every effect. Another worker has to bring the run to the same end. Of the words, every other one is lost on
 * the way to Redis and every other one's reply is, the two ways to die in opposite order.
 */
export async function describeMatrix({ command, how, from, effects }: MatrixOptions): Promise<void> {
  const words = await wordsOf(command);
  const crashes: readonly Crash[] = [
    ...Array.from({ length: Math.max(0, words - from + 1) }, (_, offset): Crash => {
      const append = from + offset;
      const moment = (append % 2 === 1) === (how === 'kill') ? 'after' : 'before';
      return { command, how, point: { kind: 'journal', append, moment } };
    }),
    ...effects.flatMap((statement) =>
      (['before', 'after'] as const).map((moment): Crash => ({ command, how, point: { kind: 'effect', statement, moment } })),
    ),
  ];
  let reached = 0;

  describe(`${how} a worker in ${command}`, () => {
    it('has enough points for a matrix', () => {
      expect(crashes.length).toBeGreaterThan(30);
    });

    it.concurrent.each(crashes.map((crash) => ({ crash, name: name(crash) })))(
      '$name: the run goes on, nothing happens twice',
      async ({ crash }) => {
        if (await play(crash)) reached += 1;
      },
      90_000,
    );

    afterAll(() => {
      expect(reached).toBeGreaterThan(crashes.length * 0.9);
    });
  });
}

/** What a promotion sends, of either kind. */
export const promotionEffects = [/STOP SERVICE/, /COMPLETE REPLICATION/, /START SERVICE/, /SET CLUSTER SETTING/] as const;
