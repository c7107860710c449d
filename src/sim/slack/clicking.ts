import type { JsonObject } from '../../domain/json.ts';
import type { Outcome } from './contract.ts';
import type { Receipt } from './courier.ts';
import type { Dispatch } from './dispatch.ts';
import { actionJson, elementsOf } from './elements.ts';
import { asList, asObject, asText, type Person } from './model.ts';
import { actionPayload, type Site } from './payloads.ts';
import type { Tickets } from './tickets.ts';
import type { World } from './world.ts';

export interface ActingDeps {
  readonly world: World;
  readonly tickets: Tickets;
  readonly dispatch: Dispatch;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly commands: ReadonlySet<string>;
}

export interface ClickOptions {
  readonly confirm?: boolean;
  readonly value?: string;
}

const nothing = { ackedWithinMs: null, payload: {}, triggerId: null };

export const notSent = (state: 'cancelled' | 'refused', problem: string): Outcome => ({ ...nothing, state, problem });

/** `timeoutProblem` is what the client says when no acknowledgement came. */
export function outcomeOf(receipt: Receipt, triggerId: string | null, timeoutProblem: string): Outcome {
  if (receipt.state === 'acked')
    return { state: 'acked', ackedWithinMs: receipt.withinMs, payload: receipt.payload, problem: null, triggerId };
  return { ...nothing, state: receipt.state, problem: receipt.state === 'timed-out' ? timeoutProblem : 'dispatch_failed', triggerId };
}

function blocksAt(site: Site): readonly JsonObject[] {
  if (site.kind === 'view') return asList(site.view.view['blocks']);
  return site.kind === 'message' ? site.message.blocks : site.ephemeral.blocks;
}

function responseUrl(deps: ActingDeps, person: Person, site: Site): string {
  if (site.kind === 'view') return '';
  const source = site.kind === 'message' ? site.message : site.ephemeral;
  const original = { ts: source.ts, ephemeral: site.kind === 'ephemeral', threadTs: source.threadTs };
  const id = deps.tickets.issueResponse({ person: person.id, channel: site.channel.id, original, command: null });
  return `${deps.origin}/response/${id}`;
}

/** Acts on an element as the client does: asks for confirmation first, then tells the app. */
export async function click(deps: ActingDeps, person: Person, site: Site, actionId: string, options: ClickOptions): Promise<Outcome> {
  const found = elementsOf(blocksAt(site)).find((one) => one.element['action_id'] === actionId);
  if (found === undefined) return notSent('refused', `there is no element ${actionId}`);
  if (found.element['confirm'] !== undefined && options.confirm !== true) return notSent('cancelled', confirmText(found.element));
  const action = actionJson(found, options.value);
  if (action === null) return notSent('refused', `${options.value ?? 'nothing'} is not among the choices`);
  const triggerId = deps.tickets.issueTrigger(person.id);
  const payload = actionPayload(deps.world, person, site, action, { triggerId, responseUrl: responseUrl(deps, person, site) });
  const receipt = await deps.dispatch.send({ kind: 'click', type: 'interactive', payload, acceptsAnswer: false });
  return outcomeOf(receipt, triggerId, 'not_acknowledged');
}

const confirmText = (element: JsonObject): string => `asks first: ${asText(asObject(asObject(element['confirm'])['text'])['text'])}`;
