import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Act } from '../../../domain/plan.ts';
import { quoteWord } from '../../../transports/shell-quoting.ts';
import { quoteIdentifier, quoteLiteral } from '../../../transports/sql-quoting.ts';
import { spell } from '../../cockroach/spell.ts';
import { certificateTry } from '../certificate-words.ts';
import type { PcrLink, PcrSettings } from '../config.ts';
import { type ByHand, byHandStatement, intervalText } from '../statements-setup.ts';
import { nodeCommand } from './hosts.ts';
import { settingWords } from './setup.ts';

/** What people do on the nodes. Their names are written into journals, so a name is never used again for something else. */
export const handKinds = {
  certificate: 'pcr.place-certificate',
  binaries: 'pcr.replace-binaries',
  window: 'pcr.set-window-by-hand',
  application: 'pcr.finalize-application-by-hand',
  settings: 'pcr.configure-by-hand',
} as const;

const byHand = (kind: string, title: string, statements: readonly string[]): Act => ({
  kind,
  title,
  cluster: null,
  side: null,
  statements,
  params: {},
});

/** v23.2 finds the other side's certificate in a file on each of its own nodes. */
export function certificateByHand({ settings }: PcrLink, side: Side): Act {
  const from = otherSide(side);
  const path = quoteWord(settings.setup?.addresses[from].caPath ?? '');
  const own = settings.setup?.hosts?.[from]?.caCertificate ?? null;
  const here = settings[side].cluster;
  const there = settings[from].cluster;
  const tried = certificateTry(settings, side);
  return byHand(handKinds.certificate, `Put the certificate authority of ${there} on every node of ${here}`, [
    `scp <a node of ${there}>:${own === null ? '<its certs folder>/ca.crt' : quoteWord(own)} <each node of ${here}>:${path}`,
    `ssh <each node of ${here}> ${quoteWord(`openssl x509 -in ${path} -noout -subject -enddate`)}`,
    ...(tried === null
      ? []
      : [
          `ssh <each node of ${here}> ${quoteWord(tried)} -- has to end with "Verify return code: 0 (ok)"`,
          `The bot can't see these files: whether every node has the right one is proven only when the stream starts, later in this run. If it does not, the run stops there, names this command again, and goes on by Retry.`,
        ]),
  ]);
}

/** The config does not hold them, and a licence is a secret: it goes from the person to the cluster, and not through the bot. */
export const settingsByHand = (settings: PcrSettings, side: Side, missing: readonly ByHand[]): Act =>
  byHand(handKinds.settings, `Set ${missing.map((setting) => settingWords[setting]).join(' and ')} on ${settings[side].cluster}`, [
    `On the system interface of ${settings[side].cluster} (options=-ccluster=system), as an admin or a user with MODIFYCLUSTERSETTING, in a SQL shell and not in this chat:`,
    ...missing.map(byHandStatement),
  ]);

/** The virtual cluster that is copied has another name than the link's. */
export const windowByHand = ({ settings }: PcrLink, from: Side, source: string, windowMs: number): Act =>
  byHand(handKinds.window, `Let ${settings[from].cluster} keep history for ${spell(windowMs)} of silence`, [
    `On the system interface of ${settings[from].cluster}: ALTER VIRTUAL CLUSTER ${quoteIdentifier(source)} SET REPLICATION SOURCE EXPIRATION WINDOW = ${quoteLiteral(intervalText(windowMs))}`,
  ]);

/** Users are those of one virtual cluster, and the bot's need not be one of the application's. */
export const applicationByHand = ({ virtualCluster, ...sides }: PcrSettings, side: Side, version: string): Act =>
  byHand(handKinds.application, `Finalize v${version} in ${virtualCluster} on ${sides[side].cluster}, where the bot can't log in`, [
    `As a user of ${virtualCluster} on ${sides[side].cluster} who may change its settings: SET CLUSTER SETTING version = ${quoteLiteral(version)}`,
    `Done when SHOW CLUSTER SETTING version says ${version} there`,
  ]);

/** Binaries are replaced node by node, so that the cluster stays up; the release is what the other side runs already. */
export function binariesByHand(settings: PcrSettings, side: Side, release: string): Act {
  const { cluster } = settings[side];
  const nodes = settings.setup?.hosts?.[side]?.nodes ?? [];
  const names = nodes.length === 0 ? '' : ` (${nodes.map(({ name }) => name).join(', ')})`;
  return byHand(handKinds.binaries, `Put ${release} on every node of ${cluster}`, [
    `On one node of ${cluster} after the other${names}: ${nodeCommand(settings, side, 'node drain --self')}`,
    `Then on the same node: stop the process, replace the cockroach binary with ${release}, start it as before`,
    `Go on with the next node only when this shows the last one as live: ${nodeCommand(settings, side, 'node status')}`,
    `When all are done: SELECT version() on ${cluster} says ${release}`,
  ]);
}
