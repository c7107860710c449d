import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/domain/clock.ts';
import { asChannelId, asLinkId, asMessageTs, type LinkId, type MessageTs } from '../../src/domain/ids.ts';
import type { Link } from '../../src/domain/link.ts';
import { silentLog } from '../../src/domain/log.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { SeenMessage, Workspace } from '../../src/sim/slack/contract.ts';
import { startWorkspace } from '../../src/sim/slack/workspace.ts';
import { createSlackCalls } from '../../src/slack/calls.ts';
import { createHerald, type Herald } from '../../src/slack/herald.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { type Alert, type AlertBook, emptyBook } from '../../src/watch/alerts.ts';
import type { AlertDesk } from '../../src/watch/ports.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { theLink } from './messages/story.ts';
import { hasty } from './reporter-support.ts';

let redis: TestRedis;
let workspace: Workspace;
let store: Store;
const stores: Store[] = [];
const heralds: Herald[] = [];
beforeAll(async () => {
  [redis, workspace] = await Promise.all([startRedis(), startWorkspace({ delivery: 'socket' })]);
  store = aStore('desk');
});
afterEach(async () => {
  await Promise.all(heralds.splice(0).map((one) => one.stop()));
  workspace.faults.clear();
});
afterAll(async () => {
  await Promise.all(stores.map((one) => one.close()));
  await workspace.close();
  await redis.stop();
});

function aStore(worker: string): Store {
  const one = createStore({ url: redis.url, worker, clock: systemClock, onProblem: () => undefined, callWithinMs: 20_000 });
  stores.push(one);
  return one;
}

const links = new Map<LinkId, Link>();
const channel = (name: string) => asChannelId(workspace.ids.channels[name] ?? '');
let counted = 0;
function aLink(...channels: readonly string[]): Link {
  counted += 1;
  const id = asLinkId(`link-${counted}`);
  const link: Link = { ...theLink, id, incidentChannels: (channels.length === 0 ? ['incidents'] : channels).map(channel) };
  links.set(id, link);
  return link;
}

/** With a desk of its own it is one that dies, so that its claims end soon. */
function aHerald(worker: string, desk: ((own: AlertDesk) => AlertDesk) | null = null): Herald {
  const { alerts } = aStore(worker);
  const herald = createHerald({
    desk: desk === null ? alerts : desk(alerts),
    calls: createSlackCalls({ token: new Secret(workspace.botToken), log: silentLog, apiUrl: workspace.apiUrl, timeoutMs: 20_000 }),
    links: (id) => links.get(id) ?? null,
    clock: systemClock,
    log: silentLog,
    worker,
    settings: { ...hasty, ...(desk === null ? {} : { leaseMs: 1_500 }) },
  });
  heralds.push(herald);
  herald.start();
  return herald;
}

const anAlert = (link: Link, more: Partial<Alert> = {}): Alert => ({
  id: `a-${link.id}`,
  kind: 'danger',
  cluster: null,
  sentence: `Split brain: both sides of ${link.id} take writes.`,
  offers: [{ operation: 'fence', cluster: 'sql-east', why: 'Stop writes on sql-east.' }],
  since: 1_000,
  raisedAt: 2_000,
  missedAt: null,
  cleared: null,
  ...more,
});
const over = (alert: Alert): Alert => ({ ...alert, cleared: { at: systemClock.now(), sentence: 'Only sql-west takes writes.' } });

/** What a look of the watch writes. */
async function note(link: Link, ...alerts: readonly Alert[]): Promise<void> {
  const book: AlertBook = { ...emptyBook, alerts };
  await until(async () => {
    const [turn] = await store.watch.take([link.id], 5_000, 1);
    if (turn === undefined) return false;
    const sample = { at: systemClock.now(), health: 'danger', headline: '', trail: null } as const;
    const glance = { at: sample.at, worker: 'w', health: 'danger', lagMs: null, lagCount: null } as const;
    return store.watch.note(turn, { sample, glance, drop: [], book }, 0);
  }, 'a look is written');
}

const of = (link: Link, name = 'incidents'): readonly SeenMessage[] =>
  workspace.messages(name).filter(({ metadata }) => JSON.stringify(metadata ?? {}).includes(`"a-${link.id}"`));
const shows = (link: Link, words: string, name?: string): boolean => of(link, name).some(({ text }) => text.includes(words));
const settled = async (link: Link): Promise<boolean> =>
  [...(await store.alerts.read(link.id)).posts.values()].every(({ state }) => state !== 'posting');

/** A message of somebody else; what matters is that it is another one. */
async function workspaceSays(link: Link): Promise<MessageTs> {
  const calls = createSlackCalls({ token: new Secret(workspace.botToken), log: silentLog, apiUrl: workspace.apiUrl, timeoutMs: 20_000 });
  const { ts } = await calls.call('chat.postMessage', { channel: link.incidentChannels[0] ?? '', text: 'The other one.' });
  return asMessageTs(ts);
}

describe('an alert', { timeout: 180_000 }, () => {
  it('is told once in every incident channel by many bots, and edited when it is over', async () => {
    const link = aLink('incidents', 'ops');
    for (const name of ['h1', 'h2', 'h3']) aHerald(name);
    await note(link, anAlert(link));
    await until(() => shows(link, 'Split brain', 'incidents') && shows(link, 'Split brain', 'ops'), 'both channels are told');
    const [told] = of(link);
    expect(JSON.stringify(told?.blocks)).toContain('Fence sql-east');
    await note(link, over(anAlert(link)));
    await until(() => shows(link, 'over since', 'incidents') && shows(link, 'over since', 'ops'), 'both channels are told that it is over');
    expect([of(link).length, of(link, 'ops').length]).toEqual([1, 1]);
    expect(of(link)[0]?.ts).toBe(told?.ts);
    expect(JSON.stringify(of(link)[0]?.blocks)).not.toContain('replops:ask');
  });

  it.each(['before', 'after'] as const)('is told once when its bot dies %s its message is sent', async (moment) => {
    const link = aLink();
    let died: () => void = () => undefined;
    const dead = new Promise<void>((resolve) => {
      died = resolve;
    });
    // A killed process writes nothing more, renews nothing, and answers nobody.
    const dying = (own: AlertDesk): AlertDesk => ({
      ...own,
      renew: () => new Promise(() => undefined),
      postpone: () => new Promise(() => undefined),
      mark: async (id, key, seen, now) => {
        if (now.state === 'posted' && moment === 'after') {
          died();
          return new Promise(() => undefined);
        }
        const written = await own.mark(id, key, seen, now);
        if (now.state !== 'posting' || moment === 'after') return written;
        died();
        return new Promise(() => undefined);
      },
    });
    aHerald(`dying-${moment}`, dying);
    await note(link, anAlert(link));
    await dead;
    aHerald(`heir-${moment}`);
    await until(async () => shows(link, 'Split brain') && (await settled(link)), 'the heir has told it');
    await note(link, over(anAlert(link)));
    await until(() => shows(link, 'over since'), 'the heir has told that it is over');
    expect(of(link)).toHaveLength(1);
  });

  it('is told once when its bot freezes before the message is sent and wakes up after another has told it', async () => {
    const link = aLink();
    let freeze: () => void = () => undefined;
    let thaw: () => void = () => undefined;
    const frozen = new Promise<void>((resolve) => {
      freeze = resolve;
    });
    const thawed = new Promise<void>((resolve) => {
      thaw = resolve;
    });
    let woke = false;
    aHerald('frozen', (own) => ({
      ...own,
      renew: () => thawed.then(() => false),
      mark: async (id, key, seen, now) => {
        const written = await own.mark(id, key, seen, now);
        freeze();
        await thawed;
        return written;
      },
      postpone: async (turn, inMs) => {
        await own.postpone(turn, inMs);
        woke = true;
      },
    }));
    await note(link, anAlert(link));
    await frozen;
    aHerald('awake');
    await until(async () => shows(link, 'Split brain') && (await settled(link)), 'the other has told it');
    thaw();
    await until(() => woke, 'the frozen one has let go');
    expect(of(link)).toHaveLength(1);
  });

  it('that two bots have posted all the same stands once: what is written names the other, and the second goes', async () => {
    const link = aLink();
    // Between the last look at its claim and the call, a process can be frozen for any time: the other has posted meanwhile.
    aHerald('late', (own) => ({
      ...own,
      mark: async (id, key, seen, now) => {
        if (now.state === 'posted') {
          const sent = await workspaceSays(link);
          await own.mark(id, key, seen, { state: 'posted', ts: sent, hash: 'of another' });
        }
        return own.mark(id, key, seen, now);
      },
    }));
    await note(link, anAlert(link));
    await until(() => of(link).length === 0 && workspace.calls('chat.delete').length > 0, 'the late one takes its own away');
  });

  it('is told once when Slack posted it and the answer was lost', async () => {
    const link = aLink();
    workspace.faults.loseReply('chat.postMessage');
    aHerald('w');
    await note(link, anAlert(link));
    await until(
      async () => of(link).length > 0 && (await settled(link)) && (await store.alerts.read(link.id)).posts.size === 1,
      'it is known where it is',
    );
    expect(of(link)).toHaveLength(1);
  });

  it('is told when Slack is back', async () => {
    const link = aLink();
    workspace.faults.refuse('chat.postMessage', { error: 'internal_error', times: 2 });
    aHerald('w');
    await note(link, anAlert(link));
    await until(() => shows(link, 'Split brain'), 'it is told');
    await until(() => settled(link), 'that is written');
    expect(of(link)).toHaveLength(1);
  });

  it('is told in words alone where Slack takes no blocks', async () => {
    const link = aLink();
    workspace.faults.refuseBlocks('header');
    aHerald('w');
    await note(link, anAlert(link));
    await until(() => shows(link, 'Split brain'), 'it is told');
    expect(of(link)[0]?.blocks).toEqual([]);
  });

  it('leaves a channel alone that can not be reached, and tells the others', async () => {
    const link = aLink('incidents');
    const lost: Link = { ...link, incidentChannels: [asChannelId('C0NOWHERE'), channel('incidents')] };
    links.set(link.id, lost);
    aHerald('w');
    await note(lost, anAlert(lost));
    await until(() => shows(lost, 'Split brain'), 'the other channel is told');
    await until(
      async () => [...(await store.alerts.read(link.id)).posts.values()].some(({ state }) => state === 'failed'),
      'the lost channel is known as such',
    );
  });

  it('that was over long before anybody could be told is not told any more, and its messages are forgotten with it', async () => {
    const link = aLink();
    const other = aLink();
    aHerald('w');
    await note(link, { ...anAlert(link), cleared: { at: systemClock.now() - 7_200_000, sentence: 'Fine.' } });
    await note(other, anAlert(other));
    await until(() => shows(other, 'Split brain'), 'what is news is told');
    expect(of(link)).toEqual([]);
    await note(other);
    await until(async () => (await store.alerts.read(other.id)).posts.size === 0, 'what is gone is forgotten');
    expect(of(other)).toHaveLength(1);
  });
});
