import type { Json, JsonObject } from '../../domain/json.ts';
import { type ActingDeps, notSent, outcomeOf } from './clicking.ts';
import type { Outcome } from './contract.ts';
import { inputProblem, stateOf } from './elements.ts';
import { asList, asObject, asText, type OpenView, type Person } from './model.ts';
import { viewPayload } from './payloads.ts';
import { judgeView } from './view-rules.ts';
import { closeViews, openView, replaceView, setErrors, stackOf, topView } from './views.ts';

type Typed = Readonly<Record<string, string | readonly string[]>>;

const inputsOf = (open: OpenView): readonly JsonObject[] => asList(open.view['blocks']).filter((block) => block['type'] === 'input');

/** Values and problems of what was typed, by block id. `typed` is keyed by action id or block id. */
function filled(open: OpenView, typed: Typed): { readonly values: JsonObject; readonly problems: Readonly<Record<string, string>> } {
  const values: Record<string, Json> = {};
  const problems: Record<string, string> = {};
  for (const block of inputsOf(open)) {
    const element = asObject(block['element']);
    const blockId = asText(block['block_id']);
    const actionId = asText(element['action_id']);
    const state = stateOf(element, typed[actionId] ?? typed[blockId]);
    const problem = state === null ? 'This is not among the choices.' : inputProblem(block, state);
    if (problem !== null) problems[blockId] = problem;
    values[blockId] = { [actionId]: state ?? {} };
  }
  return { values, problems };
}

/** Does what the acknowledgement of a submission says. Null when Slack would accept it. */
function obey(deps: ActingDeps, open: OpenView, answer: JsonObject): string | null {
  const { world } = deps;
  const action = asText(answer['response_action']);
  if (action === '') closeViews(world, open.person, 'top');
  else if (action === 'clear') closeViews(world, open.person, 'all');
  else if (action === 'errors') {
    const errors = Object.fromEntries(Object.entries(asObject(answer['errors'])).map(([key, value]) => [key, asText(value)]));
    setErrors(world, open, errors);
  } else if (action === 'update' || action === 'push') {
    const view = asObject(answer['view']);
    const problem = judgeView(view, 'modal', new Set());
    if (problem !== null) return problem.messages.join(' ') || problem.error;
    if (action === 'update') replaceView(world, open, view);
    else openView(world, open.person, view, 'push');
  } else return `unknown response_action ${action}`;
  return null;
}

/** Submits the modal on top as the client does: required fields first, then the app. */
export async function submitView(deps: ActingDeps, person: Person, typed: Typed): Promise<Outcome> {
  const open = topView(deps.world, person.id);
  if (open === undefined) return notSent('refused', 'no modal is open');
  const { values, problems } = filled(open, typed);
  if (Object.keys(problems).length > 0) {
    setErrors(deps.world, open, problems);
    return { ...notSent('refused', 'fields are missing or wrong'), payload: { errors: problems } };
  }
  const triggerId = deps.tickets.issueTrigger(person.id);
  const payload = viewPayload(deps.world, person, open, { type: 'view_submission', values, triggerId });
  const receipt = await deps.dispatch.send({ kind: 'view', type: 'interactive', payload, acceptsAnswer: true });
  const outcome = outcomeOf(receipt, triggerId, 'not_acknowledged');
  if (outcome.state !== 'acked') {
    setErrors(deps.world, open, { '': 'We had some trouble connecting. Try again?' });
    return outcome;
  }
  const problem = obey(deps, open, asObject(outcome.payload));
  return problem === null ? outcome : { ...outcome, problem };
}

/** Closes the modal on top; the app hears of it if it asked to. */
export async function closeView(deps: ActingDeps, person: Person): Promise<Outcome | null> {
  const open = topView(deps.world, person.id);
  if (open === undefined) return null;
  const all = open.view['clear_on_close'] === true;
  const closed = all ? stackOf(deps.world, person.id) : [open];
  closeViews(deps.world, person.id, all ? 'all' : 'top');
  if (!closed.some((view) => view.view['notify_on_close'] === true)) return null;
  const payload = viewPayload(deps.world, person, open, { type: 'view_closed', cleared: all });
  const receipt = await deps.dispatch.send({ kind: 'view', type: 'interactive', payload, acceptsAnswer: false });
  return outcomeOf(receipt, null, 'not_acknowledged');
}
