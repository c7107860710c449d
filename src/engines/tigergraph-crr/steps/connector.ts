import { z } from 'zod';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo, underway } from '../../frame/probes.ts';
import { failureOf, jobOf } from '../../hosts/tries.ts';
import { keys } from '../acts.ts';
import { proveReachAct, type Remedy, remedies, restartConnectorAct } from '../acts-connector.ts';
import { askNode } from '../ask.ts';
import { configGet } from '../commands.ts';
import { readTrace } from '../connector-trace.ts';
import { eachNode } from '../each-node.ts';
import type { LongStep } from '../job.ts';
import { ask, type Following, isRunning, lookFollowing, spotOf, unheard } from '../look.ts';
import { isHostName } from '../names.ts';
import { parseNumber, parseWord } from '../parse/config.ts';
import type { CrrStep, Place } from '../place.ts';
import { portQuestion } from '../port-question.ts';
import { statesOf } from '../state.ts';
import { few } from '../words.ts';

const none = z.object({});

type Tasks = Following['tasks'];

const resting = ['PAUSED', 'STOPPED'];

/** Where this side is set to fetch from. Throws a Fault when it can't be told. */
async function brokersSet(place: Place): Promise<{ readonly addresses: readonly string[]; readonly port: number }> {
  const [list, port] = await ask(spotOf(place), [configGet(keys.brokers), configGet(keys.port)]);
  const addresses = parseWord(list)
    ?.split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
  const number = parseNumber(port);
  if (addresses === undefined || number === null) throw unheard(spotOf(place), 'where it is set to fetch from could not be read.');
  return { addresses, port: number };
}

/** A connector that has failed fails again where its brokers are not reached. One of them is enough for a node: it tells the others. */
export const proveReach: CrrStep<object> = {
  params: none,
  rebuild: proveReachAct,
  probe: async (place) => {
    const { here, there, cluster, link } = place;
    const { enabled, tasks } = await lookFollowing(spotOf(place));
    if (!enabled)
      return impossible(`${here} is not set to follow any more. Nothing was changed. /repl status ${link.id} shows both sides.`);
    if (isRunning(tasks)) return done({ connector: 'RUNNING' });
    const { addresses, port } = await brokersSet(place);
    const odd = addresses.filter((address) => !isHostName(address));
    if (addresses.length === 0 || odd.length > 0)
      return impossible(
        `${here} is set to fetch from ${addresses.length === 0 ? 'nowhere' : 'what is no address'} (${keys.brokers}), so its connector can't run. Nothing was changed. /repl rebuild ${link.id} sets it right.`,
      );
    const nodes = await eachNode(cluster.nodes, async (node) => {
      const questions = addresses.map((address) => portQuestion(address, port));
      const answers = await askNode(place.connect, cluster, node, place.io, questions);
      return {
        name: node.name,
        isHeard: answers.some(({ exitCode }) => exitCode !== 255),
        missed: addresses.filter((_, index) => answers[index]?.exitCode !== 0).map((address) => `${address}:${port}`),
      };
    });
    const heard = nodes.filter(({ isHeard }) => isHeard);
    if (heard.length === 0) throw unheard(spotOf(place), 'no node tells whether it reaches the Kafka of the other side.');
    const cut = heard.filter(({ missed }) => missed.length === addresses.length).map(({ name }) => name);
    if (cut.length > 0)
      return impossible(
        `${few(cut)} of ${here} ${cut.length === 1 ? 'reaches' : 'reach'} none of ${few(addresses.map((address) => `${address}:${port}`))}, where the Kafka of ${there} is to be, so the connector of ${here} would fail again. Nothing was changed. See that ${there} is up and that its port ${port} is open to every node of ${here}, then press Retry.`,
        { nodes: cut.slice(0, 20) },
      );
    return done({
      nodes: heard.length,
      brokers: addresses.length,
      'not reached': [...new Set(heard.flatMap(({ missed }) => missed))].slice(0, 20),
    });
  },
};

/** Whether what is wrong is what the command is for. */
function fits(remedy: Remedy, tasks: Tasks): boolean {
  const rests = tasks.every(({ state }) => resting.includes(state));
  switch (remedy) {
    case 'crr':
      return true;
    case 'kafkaconn':
      return tasks.length === 0;
    case 'resume':
      return tasks.length > 0 && rests;
    case 'restart':
      return tasks.length > 0 && !rests;
  }
}

const hasFailed = (tasks: Tasks): boolean => tasks.some(({ state, taskState }) => state === 'FAILED' || taskState === 'FAILED');

/** A table may tell for a moment what was before the restart, so it counts only when it is said several times. */
const looks = 4;
const lookEveryMs = 1_000;

const params = z.object({ remedy: z.enum(Object.keys(remedies) as [Remedy, ...Remedy[]]) });

export const restartConnector: LongStep<z.infer<typeof params>> = {
  params,
  rebuild: (at, { remedy }) => restartConnectorAct(at, remedy),
  before: async (place, { remedy }) => {
    const { enabled, tasks } = await lookFollowing(spotOf(place));
    if (!enabled) return impossible(`${place.here} is not set to follow any more. Nothing was changed.`);
    if (isRunning(tasks)) return done({ connector: 'RUNNING', tasks: tasks.length });
    if (fits(remedy, tasks)) return todo;
    return impossible(
      `The connector of ${place.here} is ${statesOf(tasks)} now, which ${remedies[remedy]} does not change. Nothing was changed. Plan again: /repl resume ${place.link.id}.`,
    );
  },
  command: ({ act }) => act.statements[0] ?? '',
  marks: [],
  isWhole: () => true,
  after: awaitRunning,
  onFailure: ({ here }) => `${here} keeps what it has and fetches nothing until its connector runs: gadmin connector status there tells.`,
};

async function awaitRunning(place: Place): Promise<Probe> {
  for (let look = 1; ; look += 1) {
    const { tasks } = await lookFollowing(spotOf(place));
    if (isRunning(tasks)) return done({ connector: 'RUNNING', tasks: tasks.length, 'seen at': place.io.clock.now() });
    if (!hasFailed(tasks)) return underway(`The connector of ${place.here} is ${statesOf(tasks)}.`);
    if (look === looks) return failsAgain(place, tasks);
    await place.io.clock.sleep(lookEveryMs, place.io.signal);
  }
}

async function failsAgain(place: Place, tasks: Tasks): Promise<Probe> {
  const { here, there, link, act, io } = place;
  const trace = await readTrace(spotOf(place), tasks);
  const reason = trace === null ? 'Kafka Connect does not say why' : `Kafka Connect says: ${trace}`;
  return impossible(
    `The connector of ${here} was restarted and fails again (${statesOf(tasks)}). ${reason.replace(/\.$/, '')}. ${here} keeps what it has and falls behind; ${there} is not affected. Read kafkaconn/kafkaconn.log in the log folder of ${here}, mend what it names, then press Retry, which restarts it once more. If nothing helps, /repl rebuild ${link.id} fills ${here} anew.`,
    // It ended well by its own word; this lets a Retry begin it anew.
    { ...failureOf(jobOf(act, io), 0), ...(trace === null ? {} : { trace }) },
  );
}
