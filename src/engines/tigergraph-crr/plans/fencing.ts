import { otherSide, type Tristate } from '../../../domain/observation.ts';
import { isRefusal, type Refusal } from '../../../domain/refusal.ts';
import { type Draft, fenceByHandAct, notNow, personStep, undoBy } from '../../frame/drafts.ts';
import { startServicesAct, stopServicesAct } from '../acts.ts';
import type { CrrLink } from '../config.ts';
import type { CrrDetail } from '../detail.ts';
import { budgets, longDraft } from '../drafts.ts';
import { type Party, partyOn, silentNodes } from '../scene.ts';
import { isHalfPromoted, writableOf } from '../state.ts';
import { few, problemOf } from '../words.ts';

/** What is known of the old primary before another cluster is promoted. */
type Old =
  /** It is gone, or tells too little for the bot to stop it and to see that it is stopped: `problem` says so in a full sentence. */
  | { readonly kind: 'out of reach'; readonly name: string; readonly problem: string }
  | { readonly kind: 'stopped'; readonly name: string }
  | { readonly kind: 'in reach'; readonly name: string; readonly party: Party; readonly writable: Tristate };

function oldPrimary(link: CrrLink, detail: CrrDetail, to: Party): Old {
  const side = otherSide(to.side);
  const read = detail[side];
  const name = link.settings[side].cluster;
  const party = partyOn(link, detail, side, 'fence');
  const problem = problemOf(name, read);
  if (isRefusal(party)) return { kind: 'out of reach', name, problem: problem ?? party.sentence };
  const writable = writableOf(read);
  if (writable === 'no') return { kind: 'stopped', name };
  const { services } = party.read;
  return services.kind === 'unread'
    ? { kind: 'out of reach', name, problem: `${name} does not tell whether its services run: ${services.why}` }
    : { kind: 'in reach', name, party, writable };
}

/** Stops the services of the old primary where it tells of them; elsewhere people keep it from taking writes, or accept that nobody does. */
export function fenceSteps(link: CrrLink, detail: CrrDetail, to: Party): readonly Draft[] {
  const old = oldPrimary(link, detail, to);
  if (old.kind === 'out of reach') return [personStep(fenceByHandAct(old.name, to.name, link.settings.fencing))];
  if (old.kind === 'stopped') return [];
  return [longDraft(stopServicesAct(old.party.at), budgets.fence, undoBy(startServicesAct(old.party.at)))];
}

export function fenceWarnings(link: CrrLink, detail: CrrDetail, to: Party): readonly string[] {
  const old = oldPrimary(link, detail, to);
  const { name } = old;
  if (old.kind === 'stopped') return [`${name} answers and takes no writes now.`];
  if (old.kind === 'out of reach')
    return [
      `${old.problem} So the bot can't fence it, and the first step asks a person to, or to accept that nobody does: if ${name} is alive, or comes back, it takes writes while ${to.name} does too, and those can't be merged.`,
      `If ${name} comes back, never let it serve: /repl fence ${link.id} stops it, /repl failback ${link.id} fills it anew.`,
    ];
  const silent = silentNodes(old.party);
  if (silent.length > 0)
    return [
      `${few(silent)} of ${name} does not answer, so its services there can't be stopped: the first step stops the others, then asks a person to see that nobody reaches the rest.`,
    ];
  if (isHalfPromoted(to.read))
    return [`${name} answers and ${old.writable === 'yes' ? 'takes' : 'may take'} writes: its services are stopped first.`];
  return old.writable === 'yes'
    ? [`${name} answers and takes writes: a switchover would lose nothing.`]
    : [`${name} answers, and whether it takes writes is not known: its services are stopped first.`];
}

/**
 * Settings are applied on every node of a cluster or on none. Where the old primary still serves, a promotion that is bound to fail would
 * leave nobody to take writes; where it is lost, nothing gets worse.
 */
export function halfwayRefusal(link: CrrLink, detail: CrrDetail, to: Party): Refusal | null {
  const old = oldPrimary(link, detail, to);
  const silent = silentNodes(to);
  if (old.kind !== 'in reach' || silent.length === 0) return null;
  return notNow(
    `${few(silent)} of ${to.name} does not answer, so ${to.name} can't be promoted, and ${old.name} would be stopped for nothing: no failover of ${link.id} is planned.`,
    `Bring up every node of ${to.name}, then ask again. If ${old.name} can't serve any more, stop it first (gadmin stop -y).`,
  );
}
