import type { Stage } from './stages/stage.ts';

/** Places of the simulated clusters, as their names end, with the side that the config calls them. */
const places = [
  ['frankfurt', 'primary'],
  ['dublin', 'standby'],
] as const;

/** What can be typed at the terminal of the demo. */
export const demoCommands = 'down CLUSTER takes a region away (e.g. down prod-graph-frankfurt), up CLUSTER brings it back';

/** Carries out what was typed at the terminal of the demo; answers with what is so now. */
export async function obey(line: string, stages: Readonly<Record<string, Stage>>): Promise<string> {
  const [verb = '', cluster = ''] = line.trim().split(/\s+/);
  const found = Object.entries(stages).flatMap(([id, stage]) =>
    places.flatMap(([place, side]) => (`${id}-${place}` === cluster ? [{ stage, side }] : [])),
  )[0];
  if (verb !== 'down' && verb !== 'up') return `There is no '${verb}' here: ${demoCommands}.`;
  if (found === undefined) {
    const names = Object.keys(stages).flatMap((id) => places.map(([place]) => `${id}-${place}`));
    return `There is no cluster '${cluster}'. There are: ${names.join(', ')}.`;
  }
  await found.stage[verb](found.side);
  return verb === 'down' ? `${cluster} is gone.` : `${cluster} is back.`;
}
