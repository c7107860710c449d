import type { Json, JsonObject } from '../../src/domain/json.ts';
import type { Side } from '../../src/domain/observation.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { PcrLink, PcrSettings } from '../../src/engines/cockroach-pcr/config.ts';
import { profileMark, type SideNodes } from '../../src/engines/cockroach-pcr/config-hosts.ts';
import type { PcrSetup } from '../../src/engines/cockroach-pcr/config-setup.ts';
import type { SqlWorld, SqlWorldOptions } from '../../src/sim/cockroach/contract.ts';
import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { createNodeTools, pidFile } from '../../src/sim/cockroach/node-tools.ts';
import type { HostEffect, SimHost } from '../../src/sim/hosts/contract.ts';
import { FileError, type HostFiles } from '../../src/sim/hosts/files.ts';
import { startHost } from '../../src/sim/hosts/host.ts';
import { createAuthority } from '../../src/sim/tls/certificate.ts';
import { quoteWord } from '../../src/transports/shell-quoting.ts';
import { targetOf } from '../sim/hosts/bed.ts';
import { aSetup, pcrLinkId as link, openPcr, type PcrBed } from './cockroach-pcr-bed.ts';
import { isOurs, type SeenEffect } from './drive.ts';
import type { Situation } from './engine-conformance.ts';

/** A folder whose name has to be quoted. */
const certs = "/var/lib/it's cockroach/certs";
/** What the nodes hold is the same in every world, so that what is sent compares. */
const authorities = { primary: createAuthority(['sql-east']).ca, standby: createAuthority(['sql-west']).ca } as const;
const sides = ['primary', 'standby'] as const satisfies readonly Side[];
const names = { primary: ['sql-east-1', 'sql-east-2'], standby: ['sql-west-1', 'sql-west-2'] } as const;

const startCommand = (profile: string): string =>
  `cockroach start --certs-dir=${quoteWord(certs)} --join=sql-1,sql-2 --background ${profile}`.trim();
const stopCommand = 'cockroach node drain --self --shutdown';

export interface HostsBed extends PcrBed {
  readonly hosts: Readonly<Record<Side, readonly SimHost[]>>;
}

/** The bot's user is nowhere yet: a new cluster has root only. */
const bareNodes: Partial<SqlWorldOptions> = {
  start: 'none',
  externalConnections: {},
  tls: true,
  settings: {
    primary: { 'kv.rangefeed.enabled': 'false', 'cluster.organization': '', 'enterprise.license': '' },
    standby: { 'kv.rangefeed.enabled': 'false', 'cluster.organization': '', 'enterprise.license': '' },
  },
  users: [
    { name: 'ops', password: operatorPassword(), admin: true, sides: [] },
    { name: 'root', password: 'root-secret', admin: true },
  ],
};

function operatorPassword(): string {
  return `ops'; "secret"`;
}

const nodesOf = (hosts: readonly SimHost[], other: string): SideNodes => ({
  nodes: hosts.map((host) => targetOf(host)),
  certsFolder: certs,
  caCertificate: `${certs}/ca.crt`,
  trustedAs: `ca_${other}.crt`,
  binary: 'cockroach',
  address: 'localhost:26257',
  start: {
    command: startCommand(profileMark),
    check: `test -f ${pidFile}`,
    undo: { command: stopCommand, check: `test ! -f ${pidFile}` },
  },
});

/** Two hosts on each side with a cockroach that was never started. */
export async function openBareNodes(
  version: SimVersion,
  more: { readonly setup?: Partial<PcrSetup>; readonly streams?: PcrSettings['streams'] } = {},
): Promise<HostsBed> {
  const hosts: Record<Side, readonly SimHost[]> = { primary: [], standby: [] };
  const tools: (() => JsonObject)[] = [];
  const prepare = async (world: SqlWorld): Promise<void> => {
    for (const side of sides) {
      const { products, running } = await createNodeTools({ world, side, version });
      tools.push(running);
      const files = { [`${certs}/ca.crt`]: authorities[side] };
      hosts[side] = await Promise.all(names[side].map((name) => startHost({ name, products, files, folders: ['/run'] })));
    }
  };
  const settings = (world: SqlWorld): Partial<PcrSettings> => {
    const setup = aSetup(world, {
      hosts: { primary: nodesOf(hosts.primary, 'sql-west'), standby: nodesOf(hosts.standby, 'sql-east') },
      ...more.setup,
    });
    // Certificates differ between worlds; later releases take them in the URI, which has tests of its own.
    const path = (side: Side) => ({ ...setup.addresses[side], ca: null, caPath: `${certs}/ca_${world[side].cluster}.crt` });
    return {
      setup: { ...setup, addresses: { primary: path('primary'), standby: path('standby') } },
      ...(more.streams === undefined ? {} : { streams: more.streams }),
    };
  };
  const bed = await openPcr(version, bareNodes, prepare, settings);
  const all = (): readonly SimHost[] => [...hosts.primary, ...hosts.standby];
  const breaks: (() => boolean)[] = [];
  return {
    ...bed,
    hosts,
    effects: () => [...effectsOf(all()), ...bed.effects()],
    breakWire: (statement, how) => {
      if (!/^'?cockroach|^umask|^sha256sum/.test(statement)) return bed.breakWire(statement, how);
      const handles = all().map((host) =>
        host.faults.add({
          match: new RegExp(escaped(quoted(sentOf(statement)))),
          act: how === 'hang' ? { kind: 'hang', when: 'before' } : { kind: how },
        }),
      );
      breaks.push(() => {
        const broke = handles.some((handle) => handle.hits() > 0);
        // The same command goes to every node; only the first is to break.
        if (broke) for (const handle of handles) handle.remove();
        return broke;
      });
    },
    broke: () => breaks.every((broke) => broke()) && bed.broke(),
    truth: () => ({
      clusters: bed.world.contents(),
      running: tools.map((running) => running()),
      files: Object.fromEntries(all().map(({ name, files }) => [name, filesIn(files, '/')])),
    }),
    close: async () => {
      await Promise.all([bed.close(), ...all().map((host) => host.close())]);
    },
  };
}

/** Input goes beside the command. */
const sentOf = (statement: string): string => statement.replace(/ <<'SQL'\n.*$/s, '');

/** A job carries its command as one word. */
const quoted = (statement: string): string => (/^cockroach (start|node)/.test(statement) ? quoteWord(statement) : statement);

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Files with what they hold. What jobs of the bot left is the record of what it did: it stays, and is swept a week later. */
const filesIn = (files: HostFiles, folder: string): JsonObject =>
  Object.fromEntries(
    files.list(folder).flatMap((path): readonly (readonly [string, Json])[] => {
      if (path.endsWith('/.replops')) return [];
      const inside = Object.entries(filesIn(files, path));
      return inside.length > 0 ? inside : [[path, textOf(files, path)]];
    }),
  );

function textOf(files: HostFiles, path: string): string | null {
  try {
    return files.read(path);
  } catch (cause) {
    // An empty folder.
    if (cause instanceof FileError) return null;
    throw cause;
  }
}

/** The record of a job, and a certificate on its way to its place: parts of a command that are no change of their own. */
const isOnTheWay = ({ change, what }: HostEffect): boolean =>
  /^\/home\/ops\/\.replops(\/|$)/.test(what) || ((change === 'write' || change === 'chmod') && /\/\.ca_[^/]*\.\d+$/.test(what));

/** One effect for each command that changed something, whatever it was, in the words of the plan. */
function effectsOf(hosts: readonly SimHost[]): readonly SeenEffect[] {
  return hosts
    .flatMap((host) => host.effects())
    .filter((effect) => isOurs(effect) && !isOnTheWay(effect))
    .sort((a, b) => a.at - b.at)
    .map(({ host, command, tag }) => ({ where: host, statement: shown(command), tag, changed: true }));
}

/** What runs as a job is shown without the words around it. */
const shown = (command: string): string => {
  const own = [stopCommand, ...['', '--config-profile replication-source', '--config-profile replication-target'].map(startCommand)];
  const job = own.filter((one) => command.includes(quoteWord(one))).at(-1);
  if (job !== undefined) return job;
  return / sql /.test(command) ? `${command} <<'SQL'\nCREATE USER "ops" WITH PASSWORD '*****';\nGRANT admin TO "ops";\nSQL` : command;
};

export const hostSituations = (version: SimVersion): readonly Situation<PcrLink, HostsBed>[] => [
  { name: 'setup from bare nodes', operation: { kind: 'setup', link }, open: () => openBareNodes(version) },
];

export const operatorSecret = new Secret(operatorPassword());
