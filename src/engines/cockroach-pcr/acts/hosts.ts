import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Act } from '../../../domain/plan.ts';
import { quoteWord } from '../../../transports/shell-quoting.ts';
import { quoteIdentifier, quoteLiteral } from '../../../transports/sql-quoting.ts';
import { mask } from '../../cockroach/stream-uri.ts';
import { isAtLeast, type Release } from '../../cockroach/version.ts';
import { lookCommand } from '../../hosts/certificate.ts';
import { actOn, lookOn } from '../act-on.ts';
import type { PcrSettings } from '../config.ts';
import type { SideNodes } from '../config-hosts.ts';
import { asking, questions } from '../reads.ts';

/** Names of the steps that are done on nodes. They are written into journals, so a name is never used again for something else. */
export const hostKindsHere = {
  initCluster: 'pcr.init-cluster',
  createOperator: 'pcr.create-operator',
  seeControlPlane: 'pcr.see-control-plane',
  checkCertificates: 'pcr.check-certificates',
} as const;

/** What a release is initialized with, so that the cluster becomes what its side has to be. v23.2 takes it at the start instead. */
function initFlag(side: Side, release: Pick<Release, 'year' | 'number'>): string {
  if (!isAtLeast({ ...release, text: '' }, 24, 1)) return '';
  return side === 'primary' ? ' --virtualized' : ' --virtualized-empty';
}

/** What every node of v23.2 is started with; later releases need nothing. */
export function profileFlag(side: Side, release: Pick<Release, 'year' | 'number'>): string {
  if (isAtLeast({ ...release, text: '' }, 24, 1)) return '';
  return `--config-profile replication-${side === 'primary' ? 'source' : 'target'}`;
}

const onNode = ({ binary, certsFolder, address }: Pick<SideNodes, 'binary' | 'certsFolder' | 'address'>, word: string): string =>
  `${quoteWord(binary)} ${word} --certs-dir=${quoteWord(certsFolder)} --host=${quoteWord(address)}`;

/** Sent to the nodes of a side that the config has no way to, people use the usual words. */
const plainNodes: Pick<SideNodes, 'binary' | 'certsFolder' | 'address'> = {
  binary: 'cockroach',
  certsFolder: 'certs',
  address: 'localhost:26257',
};

/** The statements that give the bot its user on a new cluster, where only root is. `password` is as people see it, or as it is sent. */
export const operatorSql = ({ user }: { readonly user: string }, password: string): readonly string[] => [
  `CREATE USER ${quoteIdentifier(user)} WITH PASSWORD ${quoteLiteral(password)}`,
  `GRANT admin TO ${quoteIdentifier(user)}`,
];

/** A command with its input, as somebody at a terminal would type it. */
const asTyped = (command: string, sql: readonly string[]): string =>
  [`${command} <<'SQL'`, ...sql.map((one) => `${one};`), 'SQL'].join('\n');

/** A command of `cockroach` as it is typed on a node of a side. */
export const nodeCommand = ({ setup }: PcrSettings, side: Side, word: string): string =>
  onNode({ ...plainNodes, ...setup?.hosts?.[side] }, word);

/** Exact commands for a side's nodes. */
export const nodeCommands = (settings: PcrSettings, side: Side, release: Pick<Release, 'year' | 'number'>) => ({
  init: `${nodeCommand(settings, side, 'init')}${initFlag(side, release)}`,
  sql: nodeCommand(settings, side, 'sql'),
});

const lookCommands = ({ setup }: PcrSettings, side: Side): readonly string[] => {
  const hosts = setup?.hosts?.[side] ?? null;
  return hosts === null ? [] : [lookCommand(hosts.certsFolder, hosts.trustedAs)];
};

/** Acts on the nodes of a side, and the look that proves them by connecting. */
export function hostActs(settings: PcrSettings) {
  const at = (side: Side) => settings[side].cluster;
  return {
    initCluster: (side: Side, year: number, number: number): Act =>
      actOn(
        settings,
        side,
        hostKindsHere.initCluster,
        `Initialize ${at(side)} as a new cluster`,
        [nodeCommands(settings, side, { year, number }).init],
        { year, number },
      ),
    createOperator: (side: Side, year: number, number: number): Act =>
      actOn(
        settings,
        side,
        hostKindsHere.createOperator,
        `Give the bot its user ${settings[side].user} on ${at(side)}, as root of the new cluster`,
        [asTyped(nodeCommands(settings, side, { year, number }).sql, operatorSql(settings[side], mask))],
        { year, number },
      ),
    seeControlPlane: (side: Side, year: number, number: number, virtualClusters: readonly string[]): Act =>
      lookOn(
        settings,
        side,
        hostKindsHere.seeControlPlane,
        `Connect to the control plane of ${at(side)} and see that it is a new ${side === 'primary' ? 'primary' : 'standby'}`,
        [asking(settings).of(side, [questions.release, questions.virtualClusters])],
        { year, number, virtualClusters: [...virtualClusters] },
      ),
    /** `sha256` of the certificate of the other side. */
    checkCertificates: (side: Side, sha256: string): Act =>
      lookOn(
        settings,
        side,
        hostKindsHere.checkCertificates,
        `See that every node of ${at(side)} holds the certificate authority of ${at(otherSide(side))}`,
        (settings.setup?.hosts?.[side]?.nodes ?? []).map(({ name }) => ({ cluster: name, statements: lookCommands(settings, side) })),
        { sha256 },
      ),
  };
}
