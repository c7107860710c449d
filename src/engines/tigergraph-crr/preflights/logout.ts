import type { Check } from '../../../domain/plan.ts';
import type { ShellConnect, ShellTarget } from '../../../transports/shell.ts';
import { quoteWord } from '../../../transports/shell-quoting.ts';
import type { EngineIo } from '../../engine.ts';
import { failed, passed } from '../../frame/checks.ts';
import { askNode } from '../ask.ts';
import { eachNode } from '../each-node.ts';
import { plain } from '../parse/text.ts';
import { few } from '../words.ts';
import type { Known } from './check.ts';

const manager = 'org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager';

/**
 * Whether what the bot starts there goes on once its connection ends. systemd can be told to end it with the session, and then no backup
 * and no restore would come to its end. A host without systemd does no such thing.
 */
export async function logoutCheck(shell: ShellConnect, { cluster }: Known, io: EngineIo): Promise<Check> {
  const name = `${cluster.cluster}: commands outlive a connection`;
  const ends = async (node: ShellTarget): Promise<readonly string[]> => {
    const [kills, lingers] = await askNode(shell, cluster, node, io, [
      `busctl get-property ${manager} KillUserProcesses`,
      `loginctl show-user ${quoteWord(node.user)} --property=Linger`,
    ]);
    const isEnded = /^b true$/m.test(plain(kills.text)) && !/^Linger=yes$/m.test(plain(lingers.text));
    return isEnded ? [node.name] : [];
  };
  const ending = (await eachNode(cluster.nodes, ends)).flat();
  const users = [...new Set(cluster.nodes.map(({ user }) => user))];
  return ending.length === 0
    ? passed(name, `Nothing ends the long commands of the bot on ${cluster.cluster} when a connection breaks.`)
    : failed(
        name,
        `On ${few(ending)} systemd ends whatever a user leaves running (KillUserProcesses), so no backup and no restore would come to its end.`,
        `Run loginctl enable-linger ${users.map(quoteWord).join(' ')} as root there.`,
      );
}
