import { createHash } from 'node:crypto';
import type { JsonObject } from '../../domain/json.ts';
import { withBlockIds } from './acts.ts';
import { asList, asObject, asText, type OpenView } from './model.ts';
import type { World } from './world.ts';

const defaults = { private_metadata: '', callback_id: '', external_id: '', clear_on_close: false, notify_on_close: false };

/** Hash that changes with every change of a view; `views.update` may demand it. */
const hashFor = (world: World): string =>
  `${world.mintTs().slice(0, 10)}.${createHash('sha256').update(world.mintId('h')).digest('hex').slice(0, 8)}`;

const completed = (world: World, view: JsonObject): JsonObject => ({
  ...defaults,
  ...view,
  blocks: withBlockIds(world, asList(view['blocks'])).map((block) => named(world, block)),
});

/** Slack names every element that has no `action_id`. */
function named(world: World, block: JsonObject): JsonObject {
  const element = asObject(block['element']);
  if (block['type'] !== 'input' || element['action_id'] !== undefined) return block;
  return { ...block, element: { ...element, action_id: world.mintId('a').slice(-5) } };
}

export const stackOf = (world: World, person: string): readonly OpenView[] => world.views.get(person) ?? [];

export const topView = (world: World, person: string): OpenView | undefined => stackOf(world, person).at(-1);

export function findView(world: World, id: string, externalId: string): OpenView | undefined {
  const all = [...world.views.values()].flat().concat([...world.homes.values()]);
  return all.find((view) => (id !== '' ? view.id === id : externalId !== '' && asText(view.view['external_id']) === externalId));
}

function setStack(world: World, person: string, stack: OpenView[]): void {
  world.views.set(person, stack);
  world.tell({ kind: 'views', person });
}

/** Opens a modal: as a new stack, or on top of the present one. */
export function openView(world: World, person: string, view: JsonObject, where: 'root' | 'push'): OpenView {
  const below = where === 'push' ? stackOf(world, person) : [];
  const id = world.mintId('V');
  const previous = below.at(-1);
  const opened: OpenView = {
    id,
    rootId: below[0]?.id ?? id,
    previousId: previous?.id ?? null,
    person,
    view: completed(world, view),
    hash: hashFor(world),
    errors: {},
  };
  setStack(world, person, [...below, opened]);
  return opened;
}

export function replaceView(world: World, open: OpenView, view: JsonObject): void {
  open.view = completed(world, view);
  open.hash = hashFor(world);
  open.errors = {};
  const home = world.homes.get(open.person)?.id === open.id;
  world.tell({ kind: home ? 'home' : 'views', person: open.person });
}

/** Closes the top modal, or the whole stack. */
export function closeViews(world: World, person: string, how: 'top' | 'all'): void {
  setStack(world, person, how === 'all' ? [] : stackOf(world, person).slice(0, -1));
}

export function setErrors(world: World, open: OpenView, errors: Readonly<Record<string, string>>): void {
  open.errors = errors;
  world.tell({ kind: 'views', person: open.person });
}

export function publishHome(world: World, person: string, view: JsonObject): OpenView {
  const known = world.homes.get(person);
  const id = known?.id ?? world.mintId('V');
  const home: OpenView = { id, rootId: id, previousId: null, person, view: completed(world, view), hash: hashFor(world), errors: {} };
  world.homes.set(person, home);
  world.tell({ kind: 'home', person });
  return home;
}

/** A view as the app gets it, with `values` as its state. */
export function viewJson(world: World, open: OpenView, values: JsonObject = {}): JsonObject {
  return {
    ...open.view,
    id: open.id,
    team_id: world.team.id,
    state: { values },
    hash: open.hash,
    previous_view_id: open.previousId,
    root_view_id: open.rootId,
    app_id: world.app,
    app_installed_team_id: world.team.id,
    bot_id: world.bot,
  };
}
