import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import type { Check } from '../../../domain/plan.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import { distrusting } from '../certificates.ts';
import type { CcdrSettings } from '../config.ts';
import { type CcdrDetail, sides } from '../detail.ts';
import { few, spell } from '../words.ts';

/** What Bolt can't show: the certificates where the hosts are known, and what a person has to vouch for otherwise. Pure. */
export function trustChecks(settings: CcdrSettings, detail: CcdrDetail, { kind }: Operation, now: number): readonly Check[] {
  const next = `Make sure of it; the plan of a ${kind} that makes a replica has a step in which a person confirms it.`;
  const seen = sides.flatMap((side) => certificateCheck(settings, detail, side, now));
  return [
    ...(seen.length > 0
      ? seen
      : [warned('trust between the clusters', `It can't be seen over Bolt whether this is so: ${settings.attestations.trust}`, next)]),
    ...sides.flatMap((side) => nodesCheck(settings, detail, side)),
    warned('network between the clusters', `It can't be seen over Bolt whether this is so: ${settings.attestations.network}`, next),
  ];
}

/** A server whose host the config does not name gets no certificate from the bot. */
function nodesCheck(settings: CcdrSettings, detail: CcdrDetail, side: Side): readonly Check[] {
  const { cluster, hosts } = settings[side];
  const read = detail[side];
  if (hosts === null || read.kind !== 'read' || hosts.nodes.length >= read.servers.length) return [];
  return [
    warned(
      `${cluster}: hosts`,
      `The config names ${hosts.nodes.length} of the hosts of ${cluster}, which has ${read.servers.length} servers.`,
      'Name every host under hosts in the config, or see to the certificates of the others by hand.',
    ),
  ];
}

/** Below it a certificate wants to be renewed first, ms. */
const soonMs = 14 * 24 * 3_600_000;

function certificateCheck(settings: CcdrSettings, { certificates }: CcdrDetail, side: Side, now: number): readonly Check[] {
  const [here, there] = [certificates[side], certificates[otherSide(side)]];
  if (here === null || there === null) return [];
  const { cluster } = settings[side];
  const other = settings[otherSide(side)].cluster;
  const name = `${cluster}: trust in ${other}`;
  const unread = here.nodes.filter(({ found }) => found === 'unread');
  if (there.own === null || unread.length > 0) {
    return [
      warned(
        name,
        `Whether ${cluster} trusts ${other} could not be read: ${there.why ?? here.why ?? 'no reason is known.'}`,
        'Check the certificates by hand.',
      ),
    ];
  }
  if (there.own.notAfter <= now) return [failed(name, `The certificate of ${other} has expired.`, 'Renew it on every server first.')];
  const missing = distrusting(here, there);
  if (missing.length > 0) {
    return [
      warned(
        name,
        `${few(missing.map(({ node }) => node))} of ${cluster} do not hold the present certificate of ${other}.`,
        'A setup or a rebuild places it; or place it by hand and reload TLS.',
      ),
    ];
  }
  const left = there.own.notAfter - now;
  return [
    left < soonMs
      ? warned(name, `The certificate of ${other} that ${cluster} trusts expires in ${spell(left)}.`, 'Renew it soon.')
      : passed(name, `Every node of ${cluster} holds the present certificate of ${other}.`),
  ];
}
