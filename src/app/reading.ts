import { asRunId, type LinkId, type RunId } from '../domain/ids.ts';
import type { Link } from '../domain/link.ts';
import type { Observation } from '../domain/observation.ts';
import { type InspectionName, inspectionNames, type Operation, type OperationName } from '../domain/operation.ts';
import type { Person } from '../domain/person.ts';
import { hashPlan } from '../domain/plan.ts';
import { isRefusal, type Refusal, refuse } from '../domain/refusal.ts';
import type { Finding, Reply } from '../domain/reply.ts';
import { isFinal, type RunSummary, type RunView } from '../domain/run.ts';
import { print } from '../intents/print.ts';
import { fold } from '../runs/fold.ts';
import { lagHistoryOf } from '../watch/lag-history.ts';
import { type AppDeps, linkAndEngine, linkAndEngineFor, patientIo, readingIo, summaryOf } from './deps.ts';

const words = ({ id, engine, environment, description }: Link) => ({ id, engine, environment, description });

/** Newest runs that are looked through for those that are not over. */
const recentRuns = 50;
const shownRuns = 20;

export function listLinks(deps: AppDeps): Reply {
  return { kind: 'links', links: [...deps.links.values()].map(words) };
}

/** All links, or one, looked at side by side: the slowest link sets the time, and no link can keep the others from being shown. */
export async function showStatus(deps: AppDeps, only: LinkId | null, json: boolean): Promise<Reply> {
  const ids = only === null ? [...deps.links.keys()] : [only];
  const seen = await Promise.all(ids.map((id) => look(deps, id, 'quick')));
  const refusal = seen.find(isRefusal);
  if (refusal !== undefined) return refusal;
  const observations = seen.filter((one): one is Observation => !isRefusal(one));
  return { kind: 'status', observations, json, live: await liveRuns(deps, only) };
}

export async function describeLink(deps: AppDeps, id: LinkId): Promise<Reply> {
  const seen = await look(deps, id, 'patient');
  if (isRefusal(seen)) return seen;
  const link = deps.links.get(id);
  if (link === undefined) throw new TypeError(`link ${id} was looked at, but is not in the config`);
  return { kind: 'described', observation: seen, link: words(link), live: await liveRuns(deps, id) };
}

/** A fresh look, beside what all bots remember of earlier ones. */
export async function showLag(deps: AppDeps, id: LinkId, spanMs: number): Promise<Reply> {
  const seen = await look(deps, id, 'patient');
  return isRefusal(seen) ? seen : { kind: 'lagged', observation: seen, history: lagHistoryOf(await deps.history(id), seen, spanMs) };
}

function look(deps: AppDeps, id: LinkId, how: 'quick' | 'patient'): Promise<Observation> | Refusal {
  const found = linkAndEngine(deps, id);
  if (isRefusal(found)) return found;
  const { engine, link } = found;
  return engine.observe(link, how === 'quick' ? readingIo(deps, id) : patientIo(deps, engine, id));
}

/** One look beside the state of the link, as the engine of the link has it. */
export async function inspect(deps: AppDeps, what: InspectionName, id: LinkId): Promise<Reply> {
  const found = linkAndEngine(deps, id);
  if (isRefusal(found)) return found;
  const { engine, link } = found;
  const inspector = engine.inspections[what];
  if (inspector !== undefined)
    return { kind: 'inspected', what, link: id, inspection: await inspector.look(link, patientIo(deps, engine, id)) };
  const known = inspectionNames.filter((name) => engine.inspections[name] !== undefined);
  return refuse(
    'not-supported',
    `Link ${id} is run by ${engine.id}, which has no ${what}.`,
    known.length === 0 ? `\`describe ${id}\` shows all that it has.` : `What it has: ${known.join(', ')}.`,
  );
}

/** A preflight without arguments: what the operation would have to say about latest and the usual bounds. */
export async function check(deps: AppDeps, operation: OperationName, id: LinkId): Promise<Reply> {
  const found = linkAndEngineFor(deps, id, operation);
  if (isRefusal(found)) return found;
  const asked = usual(operation, id);
  const checks = await found.engine.preflight(asked, found.link, patientIo(deps, found.engine, id));
  return { kind: 'checked', operation, link: id, command: commandOf(asked), checks };
}

/** The operation as it is when somebody gives no arguments. */
export function usual(operation: OperationName, link: LinkId): Operation {
  switch (operation) {
    case 'failover':
      return { kind: 'failover', link, to: { kind: 'latest' } };
    case 'reader':
      return { kind: 'reader', link, on: true };
    case 'retention':
      return { kind: 'retention', link, windowMs: null, expirationMs: null };
    case 'backup':
      return { kind: 'backup', link, action: { kind: 'create', mode: 'full', tag: null }, on: null };
    case 'restore':
      return { kind: 'restore', link, backup: 'latest', from: 'own', on: null };
    case 'switchover':
    case 'setup':
    case 'rebuild':
    case 'reconnect':
    case 'upgrade':
    case 'alter':
    case 'failback':
    case 'fence':
    case 'teardown':
    case 'verify':
    case 'pause':
    case 'resume':
      return { kind: operation, link };
  }
}

/** The command that asks for exactly this operation, with all of its arguments. */
const commandOf = (operation: Operation): string => print({ kind: 'change', operation, reason: null, breakGlass: null, wait: false });

/** The command that asks for an operation as it is without arguments, without `/repl`. */
export const plainCommand = (operation: OperationName, link: LinkId): string => commandOf(usual(operation, link));

/** The plan as it would be proposed now, with what policy says to this person asking for it. Changes nothing. */
export async function planFor(deps: AppDeps, operation: Operation, person: Person, json: boolean): Promise<Reply> {
  const found = linkAndEngineFor(deps, operation.link, operation.kind);
  if (isRefusal(found)) return found;
  const plan = found.engine.plan(
    operation,
    found.link,
    await found.engine.observe(found.link, { ...patientIo(deps, found.engine, found.link.id), planning: operation.kind }),
  );
  if (isRefusal(plan)) return plan;
  const verdict = await deps.policy.judge({ operation: operation.kind, link: found.link, person, at: deps.clock.now() });
  return { kind: 'planned', plan, planHash: hashPlan(plan), command: commandOf(operation), verdict, json };
}

export async function listRuns(deps: AppDeps, link: LinkId | null, all: boolean): Promise<Reply> {
  if (link !== null && !deps.links.has(link))
    return refuse('unknown-link', `There is no link '${link}'.`, 'Ask for `links` to see them all.');
  const views = await recentViews(deps, link, all ? shownRuns * 5 : shownRuns);
  return { kind: 'runs', runs: views.map(summaryOf) };
}

export async function showRun(deps: AppDeps, id: RunId, json: boolean): Promise<Reply> {
  const records = await deps.journal.read(asRunId(id));
  if (records.length === 0) return refuse('unknown-run', `There is no run '${id}'.`, 'Ask for `runs` to see them.');
  return { kind: 'run', run: fold(records), records, json };
}

/** Runs that are not over, newest first. */
export async function liveRuns(deps: AppDeps, link: LinkId | null): Promise<readonly RunSummary[]> {
  const views = await recentViews(deps, link, recentRuns);
  return views.filter((run) => !isFinal(run.state)).map(summaryOf);
}

async function recentViews(deps: AppDeps, link: LinkId | null, limit: number): Promise<readonly RunView[]> {
  const ids = await deps.journal.recent(link, limit);
  const journals = await Promise.all(ids.map((id) => deps.journal.read(id)));
  return journals.filter((records) => records.length > 0).map((records) => fold(records));
}

/** Looks at every part of the house. A part that can't be looked at is a finding too. */
export async function examine(deps: AppDeps): Promise<Reply> {
  const findings = await Promise.all(
    deps.examinations.map((examination) =>
      examination().catch((cause: unknown): readonly Finding[] => [
        {
          name: 'Examination',
          outcome: 'failed',
          seen: cause instanceof Error ? cause.message : 'A part of the bot could not be examined.',
          next: 'Look at the log of the bot.',
        },
      ]),
    ),
  );
  return { kind: 'doctor', findings: findings.flat() };
}
