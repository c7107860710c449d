import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asChannelId, asUserId, type RunId } from '../../src/domain/ids.ts';
import type { Entry } from '../../src/domain/run.ts';
import { fold } from '../../src/runs/fold.ts';
import { threadLines } from '../../src/slack/messages/thread.ts';
import { until } from '../support/until.ts';
import { approvedEntries, aRequirement, haltedEntries, night, succeededEntries } from './messages/story.ts';
import { type Bench, startBench } from './reporter-support.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
}, 180_000);
afterAll(() => bench.close(), 180_000);

const rest = (entries: readonly Entry[]): readonly Entry[] => entries.slice(1);
const keysOf = (run: RunId): readonly string[] =>
  bench
    .messagesOf(run)
    .map(({ key }) => key)
    .sort();
const nothingLeft = async (): Promise<boolean> => (await bench.store.reports.claim('test', 1)) === null;
const headline = (run: RunId): string => bench.messagesOf(run).find(({ key }) => key === 'run')?.text ?? '';

/** Resolves when Slack shows the journal: every line once, and nothing else. */
async function shown(run: RunId, ending: RegExp): Promise<void> {
  await until(async () => {
    const records = await bench.store.journal.read(run);
    const wanted = threadLines(records).map(({ key }) => key);
    const there = keysOf(run).filter((key) => key.startsWith('line:'));
    return ending.test(headline(run)) && JSON.stringify(there) === JSON.stringify([...wanted].sort());
  }, `Slack shows ${ending} for ${run}`);
}

describe('a reporter', () => {
  it('shows a run from its proposal to its end: one message, its lines, and the incident channel', async () => {
    const reporter = bench.reporter('w1');
    reporter.start();
    const run = await bench.begin();
    await bench.write(run, ...rest(succeededEntries));
    reporter.nudge(run);
    await shown(run, /Succeeded/);
    const incidents = `incident:${bench.link.incidentChannels[0]}`;
    await until(
      () =>
        bench
          .messagesOf(run)
          .find(({ key }) => key === incidents)
          ?.text.includes('succeeded') === true,
      'the incident channel is told of the end',
    );
    expect(keysOf(run).filter((key) => !key.startsWith('line:'))).toEqual([incidents, 'run']);
    const incident = (): string => JSON.stringify(bench.messagesOf(run).find(({ key }) => key === incidents)?.blocks);
    await until(() => incident().includes('Go to the thread'), 'the incident channel leads to the thread');
    await reporter.stop();
  }, 180_000);

  it('stops when Slack shows the journal, although its own entries make the journal longer', async () => {
    const reporter = bench.reporter('w2');
    reporter.start();
    const run = await bench.begin();
    await bench.write(run, ...rest(haltedEntries));
    await shown(run, /stopped/);
    await until(nothingLeft, 'nothing is left to show');
    const calls = bench.workspace.calls().length;
    await until(nothingLeft, 'nothing is left to show');
    expect(bench.workspace.calls().length - calls).toBeLessThanOrEqual(1);
    const { posted } = fold(await bench.store.journal.read(run));
    expect(Object.values(posted).every(({ ts }) => ts !== null)).toBe(true);
    await reporter.stop();
  }, 180_000);

  it('shows the last state before it has stopped', async () => {
    const reporter = bench.reporter('w-stop', { pollMs: 60_000, stopMs: 100_000 });
    reporter.start();
    const run = await bench.begin();
    await bench.write(run, ...rest(succeededEntries));
    await reporter.stop();
    expect(headline(run)).toMatch(/Succeeded/);
  }, 180_000);

  it('offers the reactions to vote with under a message that asks for approval', async () => {
    const reporter = bench.reporter('w3');
    reporter.start();
    const run = await bench.begin();
    await bench.write(run, { kind: 'approval-asked', at: night, requirement: aRequirement(), expiresAt: night + 900_000 });
    const reactions = () =>
      bench
        .messagesOf(run)
        .find(({ key }) => key === 'run')
        ?.reactions.map(({ name }) => name) ?? [];
    await until(() => reactions().length === 2, 'both reactions are there');
    expect(reactions()).toEqual(['white_check_mark', 'x']);
    await reporter.stop();
  }, 180_000);
});

describe('a reporter in ill fortune', () => {
  const faulty: readonly (readonly [string, (bench: Bench) => void])[] = [
    ['the answer to a post is lost', ({ workspace }) => workspace.faults.loseReply('chat.postMessage', { times: 3 })],
    ['a post is cut before it arrives', ({ workspace }) => workspace.faults.reset('chat.postMessage', { times: 3 })],
    ['a post hangs and has been applied', ({ workspace }) => workspace.faults.hang('chat.postMessage', { times: 2, applied: true })],
    ['a post hangs and has not been applied', ({ workspace }) => workspace.faults.hang('chat.postMessage', { times: 2 })],
    ['posting is limited', ({ workspace }) => workspace.faults.rateLimit('chat.postMessage', { times: 2, retryAfterSeconds: 0 })],
    ['editing is limited', ({ workspace }) => workspace.faults.rateLimit('chat.update', { times: 2, retryAfterSeconds: 1 })],
    [
      'Slack answers 503 to everything for a while',
      ({ workspace }) => {
        for (const method of ['chat.postMessage', 'chat.update', 'conversations.history', 'conversations.replies']) {
          workspace.faults.failHttp(method, { status: 503, times: 3 });
        }
      },
    ],
    ['Slack refuses plan blocks', ({ workspace }) => workspace.faults.refuseBlocks('plan')],
    ['the answer to an edit is lost', ({ workspace }) => workspace.faults.loseReply('chat.update', { times: 2 })],
  ];

  it.each(faulty)(
    'shows the run once, and its end, when %s',
    async (_name, befall) => {
      const reporter = bench.reporter('w-ill');
      befall(bench);
      reporter.start();
      const run = await bench.begin();
      for (const entry of rest(succeededEntries)) {
        await bench.write(run, entry);
        reporter.nudge(run);
      }
      await shown(run, /Succeeded/);
      const keys = keysOf(run);
      expect(keys.length).toBeGreaterThan(5);
      expect(keys).toEqual([...new Set(keys)]);
      bench.workspace.faults.clear();
      await reporter.stop();
    },
    180_000,
  );

  it('goes on with a direct message when the run’s own channel cannot be told', async () => {
    const reporter = bench.reporter('w5');
    reporter.start();
    const person = asUserId(bench.workspace.ids.people['ana'] ?? '');
    const channel = asChannelId(bench.workspace.ids.channels['old-ops'] ?? '');
    const run = await bench.begin({ origin: { person, channel, thread: null, via: 'slash' } });
    await bench.write(run, ...rest(approvedEntries()));
    await until(
      () => bench.messagesOf(run).some(({ key, channel: where }) => key === 'run' && where.startsWith('D')),
      'the run is shown in a direct message',
    );
    await until(() => bench.messagesOf(run).some(({ text }) => text.includes('it is archived')), 'the reason is told');
    expect(bench.messagesOf(run).every(({ channel: where }) => where.startsWith('D'))).toBe(true);
    await reporter.stop();
  }, 180_000);

  it('tells the thread when an incident channel cannot be told, and goes on', async () => {
    const run = await bench.begin();
    bench.workspace.faults.refuse('chat.postMessage', {
      error: 'not_in_channel',
      times: 1,
      where: (args) => args['channel'] === bench.link.incidentChannels[0] && JSON.stringify(args['metadata']).includes(run),
    });
    const reporter = bench.reporter('w6');
    reporter.start();
    await bench.write(run, ...rest(succeededEntries));
    await until(
      () => bench.messagesOf(run).some(({ text }) => text.includes('could not be told (the bot is not a member)')),
      'the thread tells it',
    );
    await shown(run, /Succeeded/);
    expect(keysOf(run).some((key) => key.startsWith('incident:'))).toBe(false);
    await reporter.stop();
  }, 180_000);

  it('posts a message that somebody deleted once more, and then lets it be', async () => {
    const reporter = bench.reporter('w7');
    reporter.start();
    const run = await bench.begin();
    const [asked, first, second, approved] = rest(approvedEntries());
    if (!asked || !first || !second || !approved) throw new TypeError('the story is too short');
    await bench.write(run, asked);
    const own = () => bench.messagesOf(run).filter(({ key }) => key === 'run');
    await until(() => own().length === 1 && headline(run).includes('0 of 2'), 'the run is shown');
    for (const [entry, times] of [
      [first, 1],
      [second, 0],
    ] as const) {
      const gone = own()[0];
      bench.workspace.as('amir').remove('ops', gone?.ts ?? '');
      await until(() => own().length === 0, 'the message is deleted');
      await bench.write(run, entry);
      await until(async () => own().length === times && (await nothingLeft()), `there are ${times} messages`);
    }
    expect(own()).toEqual([]);
    await reporter.stop();
  }, 180_000);
});
