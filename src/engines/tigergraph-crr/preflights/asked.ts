import { isFault } from '../../../domain/faults.ts';
import type { Check } from '../../../domain/plan.ts';
import { Secret } from '../../../domain/secret.ts';
import type { ShellConnect, ShellTarget } from '../../../transports/shell.ts';
import { quoteWord } from '../../../transports/shell-quoting.ts';
import type { EngineIo } from '../../engine.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import { withShell } from '../../hosts/session.ts';
import { alone, askNode } from '../ask.ts';
import { inPath } from '../commands.ts';
import type { CrrCluster } from '../config.ts';
import type { ReadSide } from '../detail.ts';
import { isSuperuser, parseLicense } from '../parse/host.ts';
import { portQuestion } from '../port-question.ts';
import { few, spell } from '../words.ts';

/** Kafka Connect of the followed side has to be reached too. */
const connectPort = 30_003;

/** Whether every node of one side reaches every broker of the other. Throws a Fault only when the caller itself gave up. */
export async function reachCheck(
  shell: ShellConnect,
  from: CrrCluster,
  to: { readonly cluster: string; readonly addresses: readonly string[] | null; readonly port: number },
  io: EngineIo,
): Promise<Check> {
  const name = `${from.cluster}: reaches ${to.cluster}`;
  const next = `Open the ports ${to.port} and ${connectPort} of every node of ${to.cluster} for every node of ${from.cluster}; the addresses are those that ${to.cluster} tells its clients.`;
  if (to.addresses === null)
    return failed(name, `The addresses of the brokers of ${to.cluster} are not known.`, 'Name them under brokers.addresses in the config.');
  const wanted = to.addresses.flatMap((address) => [to.port, connectPort].map((port) => ({ address, port })));
  const missed = await Promise.all(from.nodes.map((node) => missedBy(shell, from, node, wanted, io)));
  const all = missed.flat();
  return all.length === 0
    ? passed(name, `Every node of ${from.cluster} reaches ${few(to.addresses)} on ${to.port} and ${connectPort}.`)
    : failed(name, `Not reached: ${few(all)}.`, next);
}

async function missedBy(
  shell: ShellConnect,
  cluster: CrrCluster,
  node: ShellTarget,
  wanted: readonly { readonly address: string; readonly port: number }[],
  io: EngineIo,
): Promise<readonly string[]> {
  const answers = await askNode(
    shell,
    cluster,
    node,
    io,
    wanted.map(({ address, port }) => portQuestion(address, port)),
  );
  return wanted.flatMap(({ address, port }, index) => (answers[index]?.exitCode === 0 ? [] : [`${address}:${port} from ${node.name}`]));
}

/** Whether the superuser of the config is let in and is one. */
export async function superuserCheck(shell: ShellConnect, cluster: CrrCluster, read: ReadSide, io: EngineIo): Promise<Check> {
  const name = `${cluster.cluster}: superuser`;
  const { superuser } = cluster;
  const node = cluster.nodes.find((one) => one.name === read.by);
  if (superuser === null || node === undefined)
    return warned(name, `The config names no superuser of ${cluster.cluster}.`, 'Name one under superuser.');
  const next = `Correct the name or the password of ${superuser.name} in the config; after a restore they are those of the side that the backup came from.`;
  try {
    // Two line ends: the input is taken out of the answer, and a password and a line end may well stand in it, as a name.
    const { exitCode, stdout } = await withShell(shell, node, alone(io), (session) =>
      session.read(inPath(cluster, `gsql -u ${quoteWord(superuser.name)} 'SHOW USER'`), {
        stdin: new Secret(`${superuser.password.reveal()}\n\n`),
      }),
    );
    if (exitCode === 41) return failed(name, `GSQL on ${cluster.cluster} does not let ${superuser.name} in.`, next);
    if (exitCode !== 0)
      return failed(
        name,
        `GSQL on ${cluster.cluster} ended with exit code ${exitCode ?? 'unknown'}.`,
        `Look at the log of GSQL on ${cluster.cluster}.`,
      );
    return isSuperuser(stdout, superuser.name)
      ? passed(name, `${superuser.name} is a superuser on ${cluster.cluster}.`)
      : failed(name, `${superuser.name} is no superuser on ${cluster.cluster}.`, 'Name a superuser in the config.');
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return failed(name, `Whether ${superuser.name} is let in is not known: ${cause.message}`, 'Try it by hand with gsql.');
  }
}

/** Days before the end of a license from which it is warned of. */
const licenseMs = 14 * 86_400_000;

export async function licenseCheck(shell: ShellConnect, cluster: CrrCluster, read: ReadSide, io: EngineIo): Promise<Check> {
  const name = `${cluster.cluster}: license`;
  const node = cluster.nodes.find((one) => one.name === read.by);
  const [answer] = node === undefined ? [] : await askNode(shell, cluster, node, io, ['gadmin license status']);
  const license = answer === undefined ? null : parseLicense(answer);
  if (license === null)
    return warned(name, `${cluster.cluster} does not tell when its license ends.`, 'Run gadmin license status there by hand.');
  const left = license.endsAt === null ? null : license.endsAt - io.clock.now();
  if (left !== null && left <= 0)
    return failed(name, `The license of ${cluster.cluster} has ended.`, 'Set a new one with gadmin license set.');
  if (license.warning !== null || left === null || left < licenseMs) {
    return warned(
      name,
      `The license of ${cluster.cluster} ends ${left === null ? 'soon' : `in ${spell(left)}`}.`,
      'Set a new one with gadmin license set.',
    );
  }
  return passed(name, `The license of ${cluster.cluster} lasts for ${Math.floor(left / 86_400_000)} days.`);
}
