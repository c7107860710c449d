import type { JsonObject } from '../../../domain/json.ts';
import { type Answer, type Call, type Methods, no, none, yes } from '../api-method.ts';
import { asObject, asText, type OpenView } from '../model.ts';
import { judgeView } from '../view-rules.ts';
import { findView, openView, publishHome, replaceView, stackOf, viewJson } from '../views.ts';

const tallestStack = 3;

/** Continues with a view that Slack would take. */
function withView(call: Call, type: 'modal' | 'home', then: (view: JsonObject) => Answer): Answer {
  const view = asObject(call.args['view']);
  const problem = judgeView(view, type, call.bannedBlocks);
  return problem === null ? then(view) : no(problem.error, { response_metadata: { messages: problem.messages } });
}

function open(call: Call, where: 'root' | 'push'): Answer {
  // The view is judged first: a refused view leaves the trigger usable.
  return withView(call, 'modal', (view) => {
    const externalId = asText(view['external_id']);
    if (externalId !== '' && findView(call.world, '', externalId) !== undefined) return no('duplicate_external_id');
    const trigger = call.tickets.redeemTrigger(asText(call.args['trigger_id']));
    if ('error' in trigger) return no(trigger.error);
    if (where === 'push' && stackOf(call.world, trigger.person).length >= tallestStack) return no('push_limit_reached');
    const opened = openView(call.world, trigger.person, view, where);
    return yes({ view: viewJson(call.world, opened) });
  });
}

const stale = (call: Call, view: OpenView): boolean => asText(call.args['hash']) !== '' && asText(call.args['hash']) !== view.hash;

function update(call: Call): Answer {
  const found = findView(call.world, asText(call.args['view_id']), asText(call.args['external_id']));
  if (found === undefined) return no('not_found');
  return withView(call, found.view['type'] === 'home' ? 'home' : 'modal', (view) => {
    if (stale(call, found)) return no('hash_conflict');
    replaceView(call.world, found, view);
    return yes({ view: viewJson(call.world, found) });
  });
}

function publish(call: Call): Answer {
  const person = call.world.people.get(asText(call.args['user_id']));
  if (person === undefined) return no('invalid_user');
  return withView(call, 'home', (view) => {
    const known = call.world.homes.get(person.id);
    if (known !== undefined && stale(call, known)) return no('hash_conflict');
    return yes({ view: viewJson(call.world, publishHome(call.world, person.id, view)) });
  });
}

export const surfaces: Methods = {
  'views.open': { tier: 4, scopes: none, run: (call) => open(call, 'root') },
  'views.push': { tier: 4, scopes: none, run: (call) => open(call, 'push') },
  'views.update': { tier: 4, scopes: none, run: update },
  'views.publish': { tier: 4, scopes: none, run: publish },
};
