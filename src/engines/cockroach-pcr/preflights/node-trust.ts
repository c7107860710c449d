import { isIP } from 'node:net';
import { isFault } from '../../../domain/faults.ts';
import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Check } from '../../../domain/plan.ts';
import type { ShellConnect, ShellResult, ShellTarget } from '../../../transports/shell.ts';
import { quoteWord } from '../../../transports/shell-quoting.ts';
import type { StreamWay } from '../../cockroach/stream-uri.ts';
import { isAtLeast } from '../../cockroach/version.ts';
import type { EngineIo } from '../../engine.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import { endingOf, withShell } from '../../hosts/session.ts';
import type { PcrLink } from '../config.ts';
import type { PcrDetail } from '../detail.ts';
import { type Trust, wayTo } from '../statements-setup.ts';

const sides = ['primary', 'standby'] as const satisfies readonly Side[];

/** What the nodes of the sides in `tried` found when they connected to the other side. */
export interface NodeTrust {
  readonly tried: readonly Side[];
  readonly checks: readonly Check[];
}

/** A node that can't connect at all is not waited for longer than this, ms. */
const mostMs = 15_000;

/**
 * From each node that the bot may log in to, a connection to the other side as a stream will make it. `follower`: the side whose stream
 * is to begin; that of the other one does only once the roles are swapped. Changes nothing.
 */
export async function nodeTrustOf(
  shell: ShellConnect,
  link: PcrLink,
  detail: PcrDetail,
  follower: Side | null,
  io: EngineIo,
): Promise<NodeTrust> {
  const tries = sides.flatMap((from) => triesOf(link, from, follower, detail));
  const brief = { ...io, timeoutMs: Math.min(mostMs, io.timeoutMs) };
  const checks = await Promise.all(tries.map((one) => checkOf(shell, one, brief)));
  return { tried: sides.filter((side) => tries.some(({ from }) => from === side)), checks };
}

interface Try {
  readonly from: Side;
  readonly name: string;
  readonly node: ShellTarget;
  readonly address: string;
  /** Cluster that is to answer. */
  readonly there: string;
  readonly command: string;
  /** A stream goes by this way only once the roles are swapped. */
  readonly later: boolean;
  /** Whether it shows more than that something answers. */
  readonly proves: boolean;
}

/** Nothing where the bot has no way to the nodes, or where nothing is to be trusted. */
function triesOf({ settings }: PcrLink, from: Side, follower: Side | null, { hosts, ...detail }: PcrDetail): readonly Try[] {
  const to = otherSide(from);
  const nodes = settings.setup?.hosts?.[from]?.nodes ?? [];
  if (nodes.length === 0 || detail[to].kind !== 'read') return [];
  const way = wayTo(settings, to, trustForm(detail, from));
  if (way === null || way.trust.kind === 'none') return [];
  const [here, there] = [settings[from].cluster, settings[to].cluster];
  return nodes.map((node) => {
    const seen = hosts?.[from]?.nodes.find((one) => one.node === node.name);
    // Before a file is in place, only whether something answers can be seen.
    const proves = way.trust.kind !== 'path' || seen?.found === 'file';
    const command = tryCommand(way, proves);
    const later = follower === to;
    return { from, later, name: `${here}: way of ${node.name} to ${there}`, node, address: addressOf(way), there, command, proves };
  });
}

/** How the nodes of a side that follows are told whom to trust: their own release decides; where it is not known, that of whom they follow. */
export function trustForm(detail: Pick<PcrDetail, Side>, follower: Side): Trust {
  const [own, other] = [detail[follower], detail[otherSide(follower)]];
  const read = own.kind === 'read' ? own : other;
  return read.kind === 'read' && !isAtLeast(read.release, 24, 1) ? 'path' : 'inline';
}

const addressOf = ({ host, port }: StreamWay): string => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/** Ends with exit code 0 when the node is let through and, if it is to prove that, trusts what answers. Writes nothing on the node. */
function tryCommand(way: StreamWay, proves: boolean): string {
  const { host, trust } = way;
  const connect = `openssl s_client -starttls postgres -connect ${quoteWord(addressOf(way))}`;
  if (!proves) return `${connect} </dev/null`;
  const wanted = `${isIP(host) === 0 ? '-verify_hostname' : '-verify_ip'} ${quoteWord(host)} -verify_return_error`;
  if (trust.kind === 'inline') return `printf %s ${quoteWord(trust.ca)} | ${connect} -CAfile /dev/stdin ${wanted}`;
  return trust.kind === 'path' ? `${connect} -CAfile ${quoteWord(trust.path)} ${wanted} </dev/null` : `${connect} ${wanted} </dev/null`;
}

async function checkOf(shell: ShellConnect, one: Try, io: EngineIo): Promise<Check> {
  try {
    return judged(one, await withShell(shell, one.node, io, (session) => session.read(one.command)));
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return warned(one.name, `It could not be tried: ${cause.message}`, byHand(one));
  }
}

const byHand = ({ node, address }: Try): string =>
  `Try on ${node.name} whether it reaches ${address}, and see that the firewall lets it through.`;

const laterWords = (there: string): string => `which matters only once the roles are swapped and this side is to follow ${there}`;

/** What openssl says of a certificate that it does not take, e.g. `unable to get local issuer certificate`. */
const distrust = /verify error:num=\d+:([^\r\n]{1,200})/;
const unreached = /connect:errno|Connection refused|No route to host|Name or service not known|timed out/i;

function judged(one: Try, answer: ShellResult): Check {
  const { name, node, address, there } = one;
  const said = `${answer.stderr}\n${answer.stdout}`;
  const why = distrust.exec(said)?.[1];
  const judge = one.later ? warned : failed;
  if (answer.exitCode === 0) {
    return one.proves
      ? passed(name, `${node.name} reaches ${address} and trusts the certificate that ${there} shows.`)
      : passed(
          name,
          `${node.name} reaches ${address}; the certificate to know ${there} by is not there yet, so whom it reaches is not proven.`,
        );
  }
  if (why !== undefined) {
    const so = one.later ? laterWords(there) : 'so no stream would begin';
    return judge(
      name,
      `${node.name} reaches ${address}, but does not trust what answers there (${why}), ${so}.`,
      `See that the certificate of ${there}'s authority is the one in the config or in the file on ${node.name}, and that ${there}'s own certificates name ${address}.`,
    );
  }
  if (unreached.test(said)) {
    const so = one.later ? `, ${laterWords(there)}` : '';
    return judge(name, `${node.name} does not reach ${address} of ${there} (${endingOf(answer)})${so}.`, byHand(one));
  }
  return warned(name, `It could not be tried from ${node.name} (${endingOf(answer)}).`, byHand(one));
}
