import type { Check } from '../../../domain/plan.ts';
import type { ShellConnect } from '../../../transports/shell.ts';
import type { EngineIo } from '../../engine.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import { askNode } from '../ask.ts';
import { deploymentQuestion } from '../commands.ts';
import type { HostView, ReadSide, ShapeView } from '../detail.ts';
import { type DeploymentView, parseDeployment } from '../parse/deployment.ts';
import { count, few } from '../words.ts';
import type { Known } from './check.ts';

const shapeWords = ({ partitions, replicas }: ShapeView): string =>
  `${count(partitions, 'partition')} with ${count(replicas, 'copy', 'copies')} each`;

const hostWords = (hosts: readonly HostView[]): string =>
  few(
    hosts.map(({ id, hostname }) => `${id} at ${hostname}`),
    8,
  );

const sorted = (hosts: readonly HostView[]): string =>
  hosts
    .map(({ id, hostname }) => `${id}:${hostname}`)
    .sort()
    .join();

/** What the settings of a cluster say and what its shell tools go by, where the two differ. Pure. */
function differences(read: ReadSide, seen: DeploymentView): readonly string[] {
  const { version, shape, hosts } = read;
  return [
    version !== null && seen.version !== null && version.text !== seen.version.text
      ? `gadmin says that it runs ${version.text}, and gssh that it runs out of ${seen.roots.app ?? ''}`
      : [],
    shape !== null && seen.shape !== null && shapeWords(shape) !== shapeWords(seen.shape)
      ? `GPE.BasicConfig.Nodes tells ${shapeWords(shape)}, and gssh ${shapeWords(seen.shape)}`
      : [],
    hosts !== null && sorted(hosts) !== sorted(seen.hosts)
      ? `System.HostList tells ${hostWords(hosts)}, and gssh ${hostWords(seen.hosts)}`
      : [],
  ].flat();
}

/** A second word on what else one setting alone says: of the version, of the partitions and their copies, and of the hosts. Pure. */
export function deploymentCheck(cluster: string, read: ReadSide, seen: DeploymentView | null): Check {
  const name = `${cluster}: one picture of the cluster`;
  const next = `Run gssh on ${cluster} by hand, and compare it with gadmin version, GPE.BasicConfig.Nodes and System.HostList there.`;
  if (seen === null)
    return warned(
      name,
      `gssh on ${cluster} tells nothing that is understood, so what the settings of ${cluster} say was not compared.`,
      next,
    );
  const apart = differences(read, seen);
  if (apart.length > 0)
    return failed(
      name,
      `${cluster} tells two things of itself: ${apart.join('; ')}.`,
      `A change of ${cluster} may be half done: look at gadmin config diff there, and have it finished or put back.`,
    );
  const { version, shape } = seen;
  const silent = [version === null ? 'the version' : [], shape === null ? 'the partitions' : []].flat();
  if (version === null || shape === null) return warned(name, `gssh on ${cluster} does not tell ${silent.join(' and ')}.`, next);
  return passed(name, `gssh on ${cluster} tells the same: ${version.text}, ${shapeWords(shape)}, ${count(seen.hosts.length, 'host')}.`);
}

/** Throws a Fault only when the caller itself gave up. */
export async function deploymentOf(shell: ShellConnect, { cluster, read }: Known, io: EngineIo): Promise<Check> {
  const node = cluster.nodes.find(({ name }) => name === read.by);
  const [answer] = node === undefined ? [] : await askNode(shell, cluster, node, io, [deploymentQuestion]);
  return deploymentCheck(cluster.cluster, read, answer === undefined ? null : parseDeployment(answer));
}
