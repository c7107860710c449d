import { setMaxListeners } from 'node:events';
import type { Clock } from '../domain/clock.ts';
import type { LinkId, RunId } from '../domain/ids.ts';
import type { EngineId, Link } from '../domain/link.ts';
import type { Log } from '../domain/log.ts';
import type { Sample } from '../domain/observation.ts';
import { deedOf, type OperationName, operationNames } from '../domain/operation.ts';
import type { People, Person } from '../domain/person.ts';
import { isRefusal, type Refusal, refuse } from '../domain/refusal.ts';
import type { Finding } from '../domain/reply.ts';
import type { RunSummary, RunView } from '../domain/run.ts';
import { type Engine, type EngineIo, patienceOf, type Redirected } from '../engines/engine.ts';
import type { Registry } from '../intents/command.ts';
import type { PolicyService } from '../policy/service.ts';
import type { Journal } from '../runs/ports.ts';
import type { AlertDesk } from '../watch/ports.ts';

/** What the door needs of the house. */
export interface AppDeps {
  readonly links: ReadonlyMap<LinkId, Link>;
  readonly engines: ReadonlyMap<EngineId, Engine>;
  readonly registry: Registry;
  readonly policy: PolicyService;
  readonly people: People;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  /** Longest time for one look at a link, ms. */
  readonly observeMs: number;
  /** Earlier looks at a link, oldest first; empty when they can't be read. Never throws. */
  readonly history: (link: LinkId) => Promise<readonly Sample[]>;
  /** Where a run of the link last had applications sent; null when none did. Throws a Fault. */
  readonly redirected: (link: LinkId) => Promise<Redirected | null>;
  /** Of several presses of one button, or commands that ask for the same, the delivery that makes the run. */
  readonly makerOf: AlertDesk['makerOf'];
  /** Each looks at one part of the house for `doctor`. */
  readonly examinations: readonly (() => Promise<readonly Finding[]>)[];
  /** Tells workers and the reporter that a run has new entries. Never throws. */
  readonly nudge: (run: RunId) => void;
}

/** For looking at a link without a run, in the house's own time: a list of links is not kept waiting for a slow one. */
export function readingIo({ clock, observeMs, history }: Pick<AppDeps, 'clock' | 'observeMs' | 'history'>, link: LinkId): EngineIo {
  const signal = AbortSignal.timeout(observeMs * 2);
  // Every connection of one look listens to it, and a cluster may have many servers.
  setMaxListeners(0, signal);
  return { clock, signal, timeoutMs: observeMs, tag: 'replops/read', earlier: [], retried: [], history: () => history(link) };
}

/** The same with all the time that the engine needs: for plans and checks, which may not rest on what was not heard. */
export const patientIo = (
  deps: Pick<AppDeps, 'clock' | 'observeMs' | 'history' | 'redirected'>,
  engine: Engine,
  link: LinkId,
): EngineIo => ({
  ...readingIo({ ...deps, observeMs: patienceOf(engine, deps.observeMs) }, link),
  redirected: () => deps.redirected(link),
});

/** The link and its engine. Refused for a link that the config doesn't have. */
export function linkAndEngine(
  deps: Pick<AppDeps, 'links' | 'engines'>,
  id: LinkId,
): { readonly link: Link; readonly engine: Engine } | Refusal {
  const link = deps.links.get(id);
  const engine = link === undefined ? undefined : deps.engines.get(link.engine);
  if (link !== undefined && engine !== undefined) return { link, engine };
  return refuse('unknown-link', `There is no link '${id}' that this bot can work on.`, 'Ask for `links` to see them all.');
}

/** The link and its engine, if that has the operation. */
export function linkAndEngineFor(
  deps: Pick<AppDeps, 'links' | 'engines'>,
  id: LinkId,
  operation: OperationName,
): { readonly link: Link; readonly engine: Engine } | Refusal {
  const found = linkAndEngine(deps, id);
  if (isRefusal(found) || found.engine.operations[operation] !== undefined) return found;
  const declined = found.engine.declined[operation];
  if (declined !== undefined) return refuse('not-supported', declined.why, declined.next);
  const known = operationNames.filter((name) => found.engine.operations[name] !== undefined);
  return refuse(
    'not-supported',
    `Link ${id} is run by ${found.engine.id}, which has no ${operation}.`,
    `What it has: ${known.join(', ')}.`,
  );
}

/** Guests, strangers, bots, deactivated and unknown people get nothing but help. */
export function notMember(person: Person): Refusal | null {
  if (person.standing === 'member') return null;
  return refuse(
    'not-eligible',
    `Only full members of this workspace can use this; you are known here as: ${person.standing}.`,
    'Ask a member of the team to do it.',
  );
}

export const summaryOf = (run: RunView): RunSummary => ({
  id: run.id,
  state: run.state,
  link: run.plan.link,
  operation: run.plan.operation.kind,
  deed: deedOf(run.plan.operation),
  requester: run.origin.person,
  proposedAt: run.proposedAt,
  endedAt: run.endedAt,
});
