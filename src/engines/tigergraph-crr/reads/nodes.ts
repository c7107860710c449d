import { type Fault, isFault } from '../../../domain/faults.ts';
import type { ShellConnect, ShellTarget } from '../../../transports/shell.ts';
import type { EngineIo } from '../../engine.ts';
import { withShell } from '../../hosts/session.ts';
import { alone } from '../ask.ts';
import { looks } from '../commands.ts';
import type { CrrCluster } from '../config.ts';
import type { HostView, NodeView, SideRead } from '../detail.ts';
import { eachNode } from '../each-node.ts';
import { isHostName } from '../names.ts';
import { splitBlocks } from '../parse/blocks.ts';
import { plain } from '../parse/text.ts';

/** One node that was greeted. */
export interface Greeted {
  readonly target: ShellTarget;
  readonly view: NodeView;
  /** Set when it could not be asked at all. */
  readonly fault: Fault | null;
  /** Whether gadmin is there. */
  readonly useful: boolean;
}

const greeting = ['id -un', 'date +%s', 'gmyip', 'command -v gadmin'] as const;

/** Greets every node, a few at a time. Throws a Fault only when the caller itself gave up. */
export const greetNodes = (shell: ShellConnect, cluster: CrrCluster, io: EngineIo): Promise<readonly Greeted[]> =>
  eachNode(cluster.nodes, (target) => greet(shell, cluster, target, io));

const blank = { user: null, ip: null, id: null, skewMs: null } as const;

async function greet(shell: ShellConnect, cluster: CrrCluster, target: ShellTarget, io: EngineIo): Promise<Greeted> {
  const none = (why: string, fault: Fault | null): Greeted => ({
    target,
    view: { name: target.name, answers: false, why, ...blank },
    fault,
    useful: false,
  });
  try {
    const before = io.clock.now();
    const { stdout } = await withShell(shell, target, alone(io), (session) => session.read(looks(cluster, greeting)));
    const [user, date, ip, gadmin] = splitBlocks(stdout, greeting.length) ?? [];
    if (user === undefined || date === undefined || ip === undefined || gadmin === undefined) {
      return none(`${target.name} gave an answer that is not understood.`, null);
    }
    const word = ({ exitCode, text }: typeof user) => (exitCode === 0 ? plain(text).trim() : '');
    const useful = word(gadmin).startsWith('/');
    return {
      target,
      fault: null,
      useful,
      view: {
        name: target.name,
        answers: true,
        why: useful ? null : `gadmin is neither in ${cluster.commands} nor where ~/.tg.cfg says on ${target.name}.`,
        user: word(user) === '' ? null : word(user).slice(0, 64),
        ip: isHostName(word(ip)) ? word(ip) : null,
        id: null,
        skewMs: skewOf(word(date), before, io.clock.now()),
      },
    };
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return none(cause.message, cause);
  }
}

/** Its clock tells whole seconds, and it was read at some time between these two. */
function skewOf(text: string, before: number, after: number): number | null {
  if (!/^\d{9,11}$/.test(text)) return null;
  const at = Number(text) * 1_000;
  if (at + 999 < before) return at + 999 - before;
  return at > after ? at - after : 0;
}

/** Gives every node the id under which the cluster lists its address. Pure. */
export const withIds = (greeted: readonly Greeted[], hosts: readonly HostView[] | null): NodeView[] =>
  greeted.map(({ view }) => ({ ...view, id: hosts?.find(({ hostname }) => hostname === view.ip)?.id ?? null }));

/** What a side is of which no node is of use. Pure. */
export function deafSide(greeted: readonly Greeted[]): Extract<SideRead, { kind: 'gone' | 'silent' | 'locked' }> {
  const kinds = greeted.map(({ fault }) => (fault === null ? 'locked' : deafness(fault)));
  const kind = (['locked', 'silent', 'gone'] as const).find((one) => kinds.includes(one)) ?? 'gone';
  const at = kinds.indexOf(kind);
  return { kind, why: greeted[at]?.view.why ?? 'No node is known.' };
}

/** What a node that could not be asked is: nothing accepts connections, something does but gives no answer, or it keeps us out. */
export function deafness({ code, facts }: Fault): 'gone' | 'silent' | 'locked' {
  if (code === 'connect-failed' || code === 'deadline-passed') return facts['accepted'] === true ? 'silent' : 'gone';
  return code === 'connection-lost' ? 'silent' : 'locked';
}
