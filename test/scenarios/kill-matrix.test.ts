import { afterAll, describe, expect, it } from 'vitest';
import { type Crash, type How, play, wordsOf } from '../support/matrix.ts';

/**
 * A worker process is killed (SIGKILL) or frozen past its lease (SIGSTOP, later SIGCONT) at every word that it says to the journal,
 * written or not, and before and after every effect. Another worker has to bring the run to the same end.
 */
const operations = [
  // `from`: up to its start, a switchover says the same words as a failover.
  {
    command: '/repl failover prod-sql',
    from: 1,
    effects: [/STOP SERVICE/, /COMPLETE REPLICATION/, /START SERVICE/, /SET CLUSTER SETTING/],
  },
  {
    command: '/repl switchover prod-sql --max-stop 5m',
    from: 3,
    effects: [/STOP SERVICE/, /COMPLETE REPLICATION/, /START SERVICE/, /SET CLUSTER SETTING/],
  },
] as const;

const hows: readonly How[] = ['kill', 'freeze'];
const lengths = new Map<string, number>();
for (const { command } of operations) lengths.set(command, await wordsOf(command));

const name = ({ how, point }: Crash): string =>
  point.kind === 'journal' ? `${how} ${point.moment} word ${point.append}` : `${how} ${point.moment} ${point.statement.source}`;

let reached = 0;
let played = 0;

describe.each(operations)('$command', ({ command, from, effects }) => {
  const words = lengths.get(command) ?? 0;
  const crashes: readonly Crash[] = hows.flatMap((how) => [
    // A word that was lost on the way to Redis, and one whose reply was lost: every other one of each, both kinds for each way to die.
    ...Array.from({ length: words - from + 1 }, (_, offset): Crash => {
      const index = offset + from - 1;
      const moment = (index % 2 === 0) === (how === 'kill') ? 'after' : 'before';
      return { command, how, point: { kind: 'journal', append: index + 1, moment } };
    }),
    ...effects.flatMap((statement) =>
      (['before', 'after'] as const).map((moment): Crash => ({ command, how, point: { kind: 'effect', statement, moment } })),
    ),
  ]);

  it('says enough words for a matrix', () => {
    expect(words).toBeGreaterThan(15);
  });

  it.concurrent.each(crashes.map((crash) => ({ crash, name: name(crash) })))(
    '$name: the run goes on, nothing happens twice',
    async ({ crash }) => {
      played += 1;
      if (await play(crash)) reached += 1;
    },
    90_000,
  );
});

afterAll(() => {
  expect(played).toBeGreaterThan(80);
  expect(reached).toBeGreaterThan(played * 0.9);
});
