import { afterAll, describe, expect, it } from 'vitest';
import type { House } from './house.ts';
import { type Crash, type How, type Midst, play, type Scene, wordsOf } from './matrix.ts';
import type { StopPoint } from './redis-proxy.ts';

export interface MatrixOptions extends Scene {
  readonly how: How;
  /** First word of the worker at which it is stopped: up to its start, every operation says the same words. */
  readonly from: number;
  /** Statements that change something. */
  readonly effects: readonly RegExp[];
}

function name({ point }: Crash): string {
  if (point.kind === 'midst') return point.name;
  return point.kind === 'journal'
    ? `${point.moment} ${point.entry ?? 'word'} ${point.append}`
    : `${point.moment} ${point.statement.source}`;
}

const atEffects = (how: How, effects: readonly RegExp[]): readonly Crash[] =>
  effects.flatMap((statement) =>
    (['before', 'after'] as const).map((moment): Crash => ({ how, point: { kind: 'effect', statement, moment } })),
  );

/**
 * A worker process is killed (SIGKILL) or frozen past its lease (SIGSTOP, later SIGCONT) at every word that it says to the journal,
 * and before and after every effect. Another worker has to bring the run to the same end. Of the words, every other one is lost on
 * the way to Redis and every other one's reply is, the two ways to die in opposite order. It is frozen at two words of every four.
 */
export async function describeMatrix({ how, from, effects, ...scene }: MatrixOptions): Promise<void> {
  const words = await wordsOf(scene);
  const appends = Array.from({ length: Math.max(0, words.all - from + 1) }, (_, offset) => from + offset).filter(
    (append) => how === 'kill' || (append - from) % 4 < 2,
  );
  const crashes: readonly Crash[] = [
    ...appends.map((append): Crash => {
      const moment = (append % 2 === 1) === (how === 'kill') ? 'after' : 'before';
      return { how, point: { kind: 'journal', append, moment } };
    }),
    ...atEffects(how, effects),
  ];
  describe(`${how} a worker in ${scene.command}`, () => {
    const sure = appends.filter((append) => append <= words.sure).length + 2 * effects.length;
    it('has enough points for a matrix', () => {
      expect(sure).toBeGreaterThan(10);
    });
    playAll(scene, crashes, sure);
  });
}

interface Kills extends Scene {
  readonly effects: readonly RegExp[];
  /** Further moments in which it is killed. */
  readonly midst?: readonly Midst[];
  /** Words of the journal, each lost or written, that every run of the operation says. */
  readonly words?: readonly StopPoint[];
}

/** Words at which any operation can be killed: where what its journal holds and what has happened are not the same. */
export const words = {
  /** Its first effect is written down, and is not sent. */
  promised: { entry: 'performing', append: 1, moment: 'after' },
  /** Its first step is proven, and that is not written down. */
  made: { entry: 'done', append: 1, moment: 'before' },
  /** All is proven, and its end is not written down. */
  ended: { entry: 'succeeded', append: 1, moment: 'before' },
} as const satisfies Readonly<Record<string, StopPoint>>;

/** Kills in effects so far: one in an effect that a file has is before it, the next one after it. */
let inEffects = 0;

const inTurn = (effects: readonly RegExp[]): readonly Crash[] =>
  effects.map((statement): Crash => {
    inEffects += 1;
    return { how: 'kill', point: { kind: 'effect', statement, moment: inEffects % 2 === 1 ? 'before' : 'after' } };
  });

/**
 * A worker process is killed (SIGKILL) in every effect of an operation, before or after it in turn. That it may die on both sides of each,
 * and at every word of the journal, is shown for every operation by the conformance suite, with a worker in the same process.
 */
export function describeKills({ effects, midst = [], words: said = [], ...scene }: Kills): void {
  describe(`kill a worker in an effect of ${scene.command}`, () => {
    const within = midst.map((one): Crash => ({ how: 'kill', point: { kind: 'midst', ...one } }));
    const atWords = said.map((one): Crash => ({ how: 'kill', point: { kind: 'journal', ...one } }));
    const crashes = [...inTurn(effects), ...atWords, ...within];
    playAll(scene, crashes, crashes.length);
  });
}

/** `least`: so many points are surely reached; the others may not come in another run. */
function playAll(scene: Scene, crashes: readonly Crash[], least: number): void {
  let reached = 0;
  it.concurrent.each(crashes.map((crash) => ({ crash, name: name(crash) })))(
    '$name: the run goes on, nothing happens twice',
    async ({ crash }) => {
      if (await play(scene, crash)) reached += 1;
    },
    600_000,
  );
  afterAll(() => {
    expect(reached).toBeGreaterThanOrEqual(least);
  });
}

/** What a promotion sends, of either kind. */
export const promotionEffects = [/STOP SERVICE/, /COMPLETE REPLICATION/, /START SERVICE/, /SET CLUSTER SETTING/] as const;

/** The standby serves, and it alone. */
export const standbyServes = ({ sql }: House): void => {
  expect(sql.writable()).toEqual({ primary: false, standby: true });
};

/** The primary serves, and it alone. */
export const primaryServes = ({ sql }: House): void => {
  expect(sql.writable()).toEqual({ primary: true, standby: false });
};
