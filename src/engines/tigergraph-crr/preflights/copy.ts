import type { Check } from '../../../domain/plan.ts';
import type { ShellConnect, ShellTarget } from '../../../transports/shell.ts';
import { quoteWord } from '../../../transports/shell-quoting.ts';
import type { EngineIo } from '../../engine.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import { askNode } from '../ask.ts';
import { eachNode } from '../each-node.ts';
import { reasonIn } from '../parse/text.ts';
import { few } from '../words.ts';
import type { Known } from './check.ts';

/**
 * Whether every node that has a part of a backup can send it to the other side by rsync, as the plan will: otherwise it would turn out
 * hours later, when the backup is taken. `sure`: the operation sends one for certain.
 */
export async function copyCheck(shell: ShellConnect, from: Known, to: Known, sure: boolean, io: EngineIo): Promise<Check> {
  const [source, target] = [from.cluster, to.cluster];
  const name = `${source.cluster}: can send backups to ${target.cluster}`;
  const head = target.nodes.find((node) => node.name === to.read.by);
  const ip = to.read.nodes.find((node) => node.name === to.read.by)?.ip ?? null;
  if (head === undefined || ip === null)
    return failed(name, `${target.cluster} does not tell its own address.`, `Run gmyip on ${target.cluster} by hand.`);
  const login = `${head.user}@${ip}`;
  const there = `ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=5 ${quoteWord(login)} ${quoteWord('command -v rsync')}`;
  const tried = async (node: ShellTarget): Promise<readonly string[]> => {
    const [own, other] = await askNode(shell, source, node, io, ['command -v rsync', there]);
    if (own.exitCode !== 0) return [`${node.name} has no rsync`];
    return other.exitCode === 0 ? [] : [`${node.name} (${reasonIn(other.text) || `no rsync on ${ip}`})`];
  };
  const unable = (await eachNode(source.nodes, tried)).flat();
  if (unable.length === 0) return passed(name, `Every node of ${source.cluster} logs in to ${login} by SSH, and both have rsync.`);
  const next = `Let the user who owns TigerGraph on each node of ${source.cluster} log in to ${login} without a password, with its host key in known_hosts; or set transfer: by-hand in the config.`;
  return (sure ? failed : warned)(name, `Not from everywhere: ${few(unable)}.`, next);
}
