import { expect } from 'vitest';
import { asRunId } from '../../src/domain/ids.ts';
import type { Link } from '../../src/domain/link.ts';
import { type Operation, operationNames } from '../../src/domain/operation.ts';
import type { Plan, Step } from '../../src/domain/plan.ts';
import { Secret } from '../../src/domain/secret.ts';
import { mask } from '../../src/engines/cockroach/stream-uri.ts';
import type { Engine } from '../../src/engines/engine.ts';
import type { SqlWorld } from '../../src/sim/cockroach/contract.ts';
import type { SeenStatement } from '../../src/sim/cockroach/truth-contract.ts';
import { connectSql, type SqlTls } from '../../src/transports/sql.ts';
import { masked, setupSecrets } from '../conformance/cockroach-pcr-bed.ts';
import { operatorSecret } from '../conformance/cockroach-pcr-hosts.ts';
import { anIo, type Bed, carryOut, planOn, through } from '../conformance/drive.ts';
import type { Situation } from '../conformance/engine-conformance.ts';
import { type Sent, steady } from './line.ts';

/** A bed whose simulated clusters tell what they saw. */
export type WatchedBed<L extends Link = Link> = Bed<L> & { readonly world: SqlWorld };

/** What was seen on a bed, and what of it no version of the product would take. */
export interface Collected {
  readonly sent: readonly Sent[];
  readonly refused: readonly string[];
}

const run = asRunId('r-0000000001');
const hourMs = 3_600_000;

/** One operation of each name, with every argument that asks for more to be looked at. */
const operationOf = (kind: Operation['kind'], { id: link }: Link): readonly Operation[] => {
  if (kind === 'switchover') return [{ kind, link, maxWriteStopMs: 60_000 }];
  if (kind === 'failover') return [{ kind, link, to: { kind: 'latest' } }];
  if (kind === 'reader') return [true, false].map((on) => ({ kind, link, on }));
  if (kind === 'retention') return [{ kind, link, windowMs: hourMs, expirationMs: hourMs }];
  return kind === 'backup' || kind === 'restore' ? [] : [{ kind, link }];
};

/** Preflights of all operations, and all inspections. What can't be asked in some state is an answer of theirs, never an error. */
async function lookAround<L extends Link>(engine: Engine<L>, link: L): Promise<void> {
  const io = anIo({ tag: 'replops/read' });
  await engine.observe(link, io);
  const operations = operationNames.filter((name) => engine.operations[name] !== undefined).flatMap((name) => operationOf(name, link));
  for (const operation of operations) await engine.preflight(operation, link, io);
  for (const inspector of Object.values(engine.inspections)) await inspector.look(link, io);
}

function openOn({ cluster, host, port, user, password, ca }: SqlWorld['standby'], virtualCluster: string): ReturnType<typeof connectSql> {
  const tls: SqlTls = ca === null ? { kind: 'disabled' } : { kind: 'verify', ca, cert: null, key: null };
  return connectSql(
    { cluster, host, port, user, password: new Secret(password), tls, virtualCluster },
    { signal: new AbortController().signal, timeoutMs: 60_000, tag: `replops/${run}/1` },
  );
}

/** Finds a session that an older owner of a run has left, and ends it. */
async function evict<L extends Link>(bed: WatchedBed<L>, virtualCluster: string): Promise<void> {
  const { standby, primary } = bed.world;
  // One of the two may be lost.
  const old = await openOn(standby, virtualCluster).catch(() => openOn(primary, virtualCluster));
  expect(await bed.engine().evict(bed.link, run, 2, anIo())).toHaveLength(1);
  old.close();
}

async function toTheEnd<L extends Link>(bed: Bed<L>, plan: Plan): Promise<void> {
  const engine = bed.engine();
  await through(bed, plan, async (step) => void (await carryOut(bed, step, () => engine)));
}

/** As far as a run can be taken back, and back. */
async function andBack<L extends Link>(bed: Bed<L>, plan: Plan): Promise<void> {
  const noReturn = plan.steps.findIndex((step) => step.pointOfNoReturn);
  const soFar = noReturn < 0 ? plan.steps : plan.steps.slice(0, noReturn);
  await toTheEnd(bed, { ...plan, steps: soFar });
  const engine = bed.engine();
  for (const step of [...soFar].reverse()) {
    if (step.undo.kind === 'act') await carryOut(bed, step.undo.act, () => engine);
  }
}

const canGoBack = ({ undo }: Step): boolean => undo.kind === 'act';

/** Drives one situation through everything that its engine does there, and takes what the clusters saw of it. */
export async function statementsOf<L extends Link>(
  situation: Situation<L, WatchedBed<L>>,
  virtualCluster: (link: L) => string,
): Promise<Collected> {
  const bed = await situation.open();
  const seen: SeenStatement[] = [];
  try {
    await lookAround(bed.engine(), bed.link);
    const plan = await planOn(bed, situation.operation);
    await toTheEnd(bed, plan);
    await evict(bed, virtualCluster(bed.link));
    await lookAround(bed.engine(), bed.link);
    seen.push(...bed.world.statements());
    if (plan.steps.some(canGoBack)) {
      const again = await situation.open();
      await andBack(again, await planOn(again, situation.operation)).finally(() => {
        seen.push(...again.world.statements());
        return again.close();
      });
    }
  } catch (cause) {
    throw told(situation, cause);
  } finally {
    await bed.close();
  }
  return collected(situation.name, seen);
}

/** The same for a situation that differs from another one in the words of its plan only: no more than the plan is carried out. */
export async function wordsOf<L extends Link>(situation: Situation<L, WatchedBed<L>>): Promise<Collected> {
  const bed = await situation.open();
  try {
    await toTheEnd(bed, await planOn(bed, situation.operation));
    return collected(situation.name, bed.world.statements());
  } catch (cause) {
    throw told(situation, cause);
  } finally {
    await bed.close();
  }
}

const told = ({ name }: Pick<Situation<Link>, 'name'>, cause: unknown): TypeError =>
  new TypeError(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });

const operatorPassword = operatorSecret.reveal().replaceAll("'", "''");

/** A statement as people see it. */
const unspoken = (statement: string): string => masked(statement).replaceAll(operatorPassword, mask);

/** The nodes' own tool, which says of itself what it is. */
const onNode = '$ cockroach sql';

function collected(name: string, seen: readonly SeenStatement[]): Collected {
  const ours = seen.filter(({ tag }) => tag.startsWith('replops/') || tag === onNode);
  return {
    sent: ours.map(({ version, virtualCluster, statement }) => ({
      version,
      interface: virtualCluster,
      statement: steady(unspoken(statement)),
    })),
    refused: ours
      .filter(({ sqlState }) => sqlState === '42601')
      .map(({ version, statement }) => `${name} on ${version}: ${unspoken(statement)}`),
  };
}

export const leaksIn = (text: string): readonly string[] =>
  [...Object.values(setupSecrets), operatorSecret.reveal()].filter((secret) =>
    [secret, secret.replaceAll("'", "''"), encodeURIComponent(secret)].some((spelled) => text.includes(spelled)),
  );
