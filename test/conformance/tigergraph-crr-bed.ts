import { asChannelId, asLinkId } from '../../src/domain/ids.ts';
import type { Side } from '../../src/domain/observation.ts';
import type { Step } from '../../src/domain/plan.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { CrrCluster, CrrLink, CrrSettings } from '../../src/engines/tigergraph-crr/config.ts';
import { createTigergraphCrr } from '../../src/engines/tigergraph-crr/index.ts';
import type { HostFaultHandle } from '../../src/sim/hosts/contract.ts';
import type { Effect, TigerWorld, TigerWorldOptions } from '../../src/sim/tigergraph/contract.ts';
import { tinyPace } from '../../src/sim/tigergraph/pace.ts';
import { startTigerWorld } from '../../src/sim/tigergraph/tiger-world.ts';
import { connectShell } from '../../src/transports/shell.ts';
import { type Bed, isOurs } from './drive.ts';
import type { Prepare } from './tigergraph-crr-prepared.ts';
import { truthSince } from './tigergraph-crr-truth.ts';

export interface CrrBed extends Bed<CrrLink> {
  readonly world: TigerWorld;
}

export const crrLinkId = asLinkId('prod-graph');

/** What the tools of Kafka are given where it speaks TLS. */
const clientProperties = '/home/tigergraph/kafka client.properties';

/** Its password holds what has to be quoted in a shell, and is no part of any path. */
const superuser = { name: 'tigergraph', password: `gra'ph $s "1"`, superuser: true } as const;

function clusterOf(world: TigerWorld, side: Side): CrrCluster {
  const hasTls = world.side(side).effective['Kafka.Security.SSL.Enable'] === 'true';
  const isLocal = world.side(side).effective['System.Backup.Local.Enable'] === 'true';
  const { cluster, nodes, user, password } = world[side];
  return {
    cluster,
    nodes: nodes.map(({ name, address }) => ({
      name: `${cluster}-${name}`,
      host: address.host,
      port: address.port,
      user: address.user,
      login: { kind: 'key', privateKey: new Secret(address.privateKey), passphrase: null },
      hostKey: { mode: 'pinned', fingerprint: address.fingerprint },
    })),
    commands: '/home/tigergraph/tigergraph/app/cmd',
    superuser: { name: user, password: new Secret(password) },
    hosts: null,
    brokers: { addresses: null, port: null, clientProperties: hasTls ? clientProperties : null },
    backup: isLocal
      ? { kind: 'local', path: '/home/tigergraph/backups' }
      : { kind: 's3', bucket: 'graph-backups', endpoint: null, roleArn: null, keys: null, metadata: '/home/tigergraph/replops' },
  };
}

export const crrLinkTo = (world: TigerWorld, more: Partial<CrrSettings> = {}): CrrLink => ({
  id: crrLinkId,
  engine: 'tigergraph-crr',
  environment: 'production',
  description: 'Orders graph',
  incidentChannels: [asChannelId('C1')],
  redirect: { kind: 'manual', instructions: 'Point graph.example.com at the new primary.' },
  settings: {
    primary: clusterOf(world, 'primary'),
    standby: clusterOf(world, 'standby'),
    graphs: [world.primary.graph],
    tagPrefix: 'replops',
    transfer: 'rsync',
    equalReplicas: false,
    fencing: 'Take graph.example.com away from the load balancer.',
    ...more,
  },
});

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** How a statement stands in a command that starts a job: its quotes are quoted once or twice more. */
const inCommand = (statement: string): RegExp => new RegExp(escaped(statement).replaceAll('<backup>', '[^ ]*').replaceAll("'", "['\\\\]+"));

const words = (text: string): readonly string[] => text.split(' ');

const ssh = "'ssh -o BatchMode=yes -o StrictHostKeyChecking=yes'";

/** A change as the simulator tells it, in the words in which plans show it: with quotes, and with the name that a cluster made up left open. */
function shown(statement: string, isLocal: boolean): string {
  const text = statement.replace(/replops\d+-\d[\dT.:-]*/g, '<backup>');
  const [tool, , verb] = words(text);
  if (text.startsWith('gadmin config set ')) {
    return words(text)
      .map((word, index) => (index > 2 && index % 2 === 0 ? `'${word}'` : word))
      .join(' ');
  }
  if (tool === 'rsync')
    return `rsync -a --partial --inplace -e ${ssh} ${words(text)
      .slice(1)
      .map((path) => `'${path}'`)
      .join(' ')}`;
  if (tool === 'gscp') return text.replace(/^gscp all (\S+) (\S+)$/, "gscp all '$1' '$2'");
  if (tool === 'gsql') return text.replace(/^gsql (.*)$/, "gsql -u 'tigergraph' '$1'");
  if (verb === 'list') {
    const folder = `'${metadataFolder(isLocal)}/${words(text)[3]}'`;
    return `mkdir -p ${folder} && cd ${folder} && ${text}`;
  }
  if (verb === 'remove') return `echo y | ${text}`;
  return text.replace(/--meta=(\S+)/, "--meta='$1'");
}

const metadataFolder = (isLocal: boolean): string => (isLocal ? '/home/tigergraph/backups' : '/home/tigergraph/replops');

/** What a restart and a restore do on their way: parts of one command, told one by one. */
const parts: ReadonlySet<string> = new Set(['stop-some', 'restore-enables', 'restore-stops', 'restore-data']);
const isWhole = ({ kind, statement }: Effect): boolean => !parts.has(kind) && !statement.startsWith('stop ');

/** Setting and applying are one statement in a plan and two changes in the simulator, one right after the other. */
const asShown =
  (isLocal: boolean) =>
  ({ kind, statement, changed, tag, cluster: where }: Change, index: number, all: readonly Change[]) => {
    if (kind === 'config-set') return [];
    const before = all[index - 1];
    if (isAgain(all[index + 1], { kind, tag })) return [];
    if (isAgain({ kind, tag }, before)) return [{ where, statement: `${before?.statement} && ${statement}`, changed, tag }];
    const set = kind === 'config-apply' && before?.kind === 'config-set' ? `${shown(before.statement, isLocal)} && ` : '';
    return [{ where, statement: `${set}${shown(statement, isLocal)}`, changed, tag }];
  };

/** A replication that is stopped in order to be started is one statement too. */
const isAgain = (start: Pick<Change, 'kind' | 'tag'> | undefined, stop: Pick<Change, 'kind' | 'tag'> | undefined): boolean =>
  start?.kind === 'crr-start' && stop?.kind === 'crr-stop' && start.tag === stop.tag;

type Change = Pick<Effect, 'kind' | 'statement' | 'changed' | 'tag' | 'at' | 'cluster'>;

/** Files that were put on a node, which no command of the product does. */
const placed = (world: TigerWorld): readonly Change[] =>
  world.hosts().flatMap((host) =>
    host
      .effects()
      .filter(({ change, what }) => change === 'rename' && what.endsWith('/metadata'))
      .map(({ at, command, tag }) => ({
        kind: 'placed',
        cluster: host.name.replace(/-[^-]+$/, ''),
        statement: /; \{ (.*); \} 2>&1$/.exec(command)?.[1] ?? command,
        changed: true,
        tag,
        at,
      })),
  );

/** Several nodes may be sent the same words one after the other: once one of them has broken, the others are not to break too. */
function isStruck(handles: readonly HostFaultHandle[]): boolean {
  if (!handles.some((handle) => handle.hits() > 0)) return false;
  for (const handle of handles) if (handle.hits() === 0) handle.remove();
  return true;
}

/** Starts two simulated clusters; `prepare` brings them into the state that is wanted, `byHand` does what a step asks of a person. */
export async function openCrr(
  options: TigerWorldOptions,
  prepare: Prepare = () => Promise.resolve(),
  settings: Partial<CrrSettings> = {},
  byHand: (world: TigerWorld, step: Step) => Promise<void> = () => Promise.resolve(),
): Promise<CrrBed> {
  const world = await startTigerWorld({
    pace: tinyPace,
    nodes: { primary: 2, standby: 2 },
    writesPerSecond: 5,
    users: [superuser],
    ...options,
  });
  const link = crrLinkTo(world, settings);
  for (const host of world.hosts()) host.files.write(clientProperties, 'security.protocol=SSL\nssl.truststore.type=PKCS12\n');
  await prepare(world);
  const splits = world.splitBrain().length;
  const broken: HostFaultHandle[][] = [];
  return {
    world,
    link,
    engine: () => createTigergraphCrr({ shell: connectShell }),
    effects: () =>
      [...world.effects().filter(isWhole), ...placed(world)]
        .filter(isOurs)
        .sort((a, b) => a.at - b.at)
        .flatMap(asShown(link.settings.primary.backup.kind === 'local')),
    wasSplit: () => world.splitBrain().length > splits,
    breakWire: (statement, how) => {
      const act = { kind: how } as const;
      // The same words go to several hosts, and each of them is to break once.
      for (const handle of broken.flat()) handle.remove();
      broken.push(world.hosts().map((host) => host.faults.add({ match: inCommand(statement), tag: /^replops\/r-/, act })));
    },
    broke: () => broken.every(isStruck),
    truth: truthSince(world),
    clientsWrite: async () => world.control().clientsWrite(),
    byHand: (step) => byHand(world, step),
    close: () => world.close(),
  };
}
