import { otherSide, type Side } from '../../domain/observation.ts';
import { addressText } from '../../transports/bolt-address.ts';
import { changeStep, type Draft, noUndo, personAct, personStep } from '../frame/drafts.ts';
import { byHandAct, certificateByHand, placeCertificateAct, placeCertificateUndo } from '../hosts/acts.ts';
import { type Acts, kinds } from './acts.ts';
import { distrusting } from './certificates.ts';
import type { CcdrLink } from './config.ts';
import { type CcdrDetail, sides } from './detail.ts';

const placeBudgetMs = 180_000;

/** Where packages put it; a team whose servers keep it elsewhere changes the path. */
const usualFolder = '/var/lib/neo4j/certificates/cluster/trusted';
const usualCertificate = '/var/lib/neo4j/certificates/cluster/ca.crt';

/** What makes each cluster trust the other, and people's word for what can't be seen from here. */
export function trustSteps(link: CcdrLink, detail: CcdrDetail, acts: Acts): readonly Draft[] {
  const { attestations } = link.settings;
  return [
    ...sides.flatMap((side) => sideSteps(link, detail, acts, side)),
    personStep(personAct(kinds.attestTrust, 'Vouch for the trust between the clusters', [attestations.trust])),
    personStep(personAct(kinds.attestNetwork, 'Vouch for the network between the clusters', [attestations.network])),
  ];
}

/** Certificates that one side's nodes have to hold of the other side. */
function sideSteps({ settings }: CcdrLink, detail: CcdrDetail, acts: Acts, side: Side): readonly Draft[] {
  const [mine, theirs] = [settings[side].hosts, settings[otherSide(side)].hosts];
  const [here, there] = [detail.certificates[side], detail.certificates[otherSide(side)]];
  const [source] = theirs?.nodes ?? [];
  if (mine === null || theirs === null || source === undefined || here === null || there?.own == null) return [byHand(settings, side)];
  const { sha256 } = there.own;
  const missing = distrusting(here, there);
  const placed = missing.flatMap(({ node, sha256: before }) => {
    const to = mine.nodes.find(({ name }) => name === node);
    if (to === undefined) return [];
    const placement = {
      side,
      cluster: settings[side].cluster,
      node: to,
      folder: mine.trustedFolder,
      file: mine.trustedAs,
      source: { side: otherSide(side), cluster: settings[otherSide(side)].cluster, node: source, path: theirs.caCertificate },
      sha256,
      before,
    };
    return [changeStep(placeCertificateAct(placement), placeBudgetMs, placeCertificateUndo(placement))];
  });
  return placed.length === 0 ? [] : [...placed, ...reloads(detail, acts, side)];
}

/** Servers go on with the certificates that they have read until they are told. */
function reloads(detail: CcdrDetail, acts: Acts, side: Side): readonly Draft[] {
  const read = detail[side];
  const addresses =
    read.kind === 'read' ? read.servers.flatMap(({ address, health }) => (health === 'Available' ? (address ?? []) : [])) : [];
  return addresses.map((address) =>
    changeStep(acts.reloadTls(side, address), placeBudgetMs, noUndo('Reading certificates once more changes nothing by itself.')),
  );
}

function byHand({ primary, standby }: CcdrLink['settings'], side: Side): Draft {
  const [to, from] = side === 'primary' ? [primary, standby] : [standby, primary];
  const source = { node: from.bolt[0]?.host ?? from.cluster, path: usualCertificate };
  const commands = to.bolt.flatMap(({ host }) =>
    certificateByHand({ node: host, folder: usualFolder, file: `${from.cluster}.crt`, source, sha256: null }),
  );
  return personStep(
    byHandAct({
      title: `See that every server of ${to.cluster} trusts ${from.cluster}`,
      commands: [
        'The config names no hosts, or they could not be read. Run this only where the certificate is not there yet, with the paths of your servers:',
        ...commands,
        `CALL dbms.security.reloadTLS() on ${to.bolt.map(addressText).join(', ')}, each over bolt:// (or restart them one by one).`,
      ],
    }),
  );
}
