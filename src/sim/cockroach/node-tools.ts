import type { ProductAnswer, ProductCall, ProductTable } from '../hosts/contract.ts';
import type { FreshCluster, SimSide, SqlWorld } from './contract.ts';
import { dialects, type SimVersion } from './grammar/dialect.ts';

interface NodeToolsOptions {
  readonly world: SqlWorld;
  readonly side: SimSide;
  readonly version: SimVersion;
  /** From `cockroach init` until the cluster answers, ms. */
  readonly initMs?: number;
}

/** The tools of the nodes of one side. */
interface NodeTools {
  readonly products: ProductTable;
  /** The flags with which each node that runs was started, by its host. */
  running(): Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Where a node that runs says so. */
export const pidFile = '/run/cockroach.pid';

const failed = (word: string, ...lines: readonly string[]): ProductAnswer => ({
  exitCode: 1,
  stderr: `ERROR: ${lines.join('\n')}\nFailed running "${word}"\n`,
});

const flagsOf = (argv: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    argv.flatMap((word, at): readonly (readonly [string, string])[] => {
      const named = /^--([a-z-]+)(?:=(.*))?$/s.exec(word);
      if (named === null) return [];
      const next = argv[at + 1];
      return [[named[1] ?? '', named[2] ?? (next === undefined || next.startsWith('--') ? '' : next)]];
    }),
  );

const known: Readonly<Record<string, readonly string[]>> = {
  start: ['certs-dir', 'join', 'advertise-addr', 'background', 'config-profile', 'store', 'pid-file', 'listen-addr', 'locality'],
  init: ['certs-dir', 'host', 'virtualized', 'virtualized-empty'],
  sql: ['certs-dir', 'host'],
  version: ['build-tag'],
  node: ['self', 'shutdown', 'certs-dir', 'host'],
};

/** v23.2 chooses by the profile at the start, later releases by a flag of init. */
const profiles: Readonly<Record<string, FreshCluster>> = { 'replication-source': 'application', 'replication-target': 'empty' };

/**
 * The `cockroach` tool of a side's nodes, before it was ever initialized: nothing answers until a node runs and `init` was called.
 * Takes the side down, so call it before anybody connects.
 */
export async function createNodeTools({ world, side, version, initMs = 0 }: NodeToolsOptions): Promise<NodeTools> {
  const running = new Map<string, ReadonlyMap<string, string>>();
  let isInitialized = false;
  await world.faults.down(side);
  const answering = () => isInitialized && running.size > 0;

  const follow = async (was: boolean): Promise<void> => {
    if (answering() && !was) await world.faults.up(side);
    if (!answering() && was) await world.faults.down(side);
  };

  const start = async ({ host, files }: ProductCall, flags: ReadonlyMap<string, string>): Promise<ProductAnswer> => {
    const certs = flags.get('certs-dir') ?? '';
    if (!files.exists(`${certs}/ca.crt`)) return failed('start', `cannot load certificates: no CA certificate found in ${certs}`);
    const profile = flags.get('config-profile') ?? '';
    if (profile !== '' && profiles[profile] === undefined)
      return failed('start', `invalid argument "${profile}" for "--config-profile" flag`);
    const was = answering();
    running.set(host, flags);
    files.write(pidFile, '4711\n');
    await follow(was);
    return { exitCode: 0, changed: `start ${host}` };
  };

  const init = async ({ host, wait }: ProductCall, flags: ReadonlyMap<string, string>): Promise<ProductAnswer> => {
    if (!running.has(host)) {
      return failed(
        'init',
        'cannot dial server.',
        'Is the server running?',
        'If the server is running, check --host client-side and --advertise server-side flags.',
      );
    }
    if (isInitialized) return failed('init', 'cluster has already been initialized');
    await wait(initMs);
    world.control().initialize(
      side,
      freshBy(
        flags,
        [...running.values()].map((one) => one.get('config-profile') ?? ''),
      ),
    );
    isInitialized = true;
    await world.faults.up(side);
    return { exitCode: 0, stdout: 'Cluster successfully initialized\n', changed: `init ${side}` };
  };

  const freshBy = (flags: ReadonlyMap<string, string>, chosen: readonly string[]): FreshCluster => {
    if (dialects[version].templateVc) return profiles[chosen[0] ?? ''] ?? 'plain';
    return flags.has('virtualized') ? 'application' : flags.has('virtualized-empty') ? 'empty' : 'plain';
  };

  const sql = async ({ stdin }: ProductCall): Promise<ProductAnswer> => {
    if (!answering()) return failed('sql', 'cannot dial server.', 'Is the server running?');
    const { tags, refusal } = await world.control().locally(side, 'root', stdin);
    const stdout = tags.map((tag) => `${tag}\n`).join('');
    if (refusal !== null) return { ...failed('sql', refusal.message, `SQLSTATE: ${refusal.sqlState}`), stdout };
    return { exitCode: 0, stdout, changed: `sql ${side}` };
  };

  const node = async ({ argv, host, files }: ProductCall): Promise<ProductAnswer> => {
    if (argv[1] !== 'drain' || !argv.includes('--shutdown')) return failed('node', 'only drain --shutdown is simulated');
    const was = answering();
    if (!running.delete(host)) return failed('node drain', 'cannot dial server.', 'Is the server running?');
    files.remove(pidFile);
    await follow(was);
    return { exitCode: 0, changed: `stop ${host}` };
  };

  const tag = /v\d+\.\d+\.\d+/.exec(dialects[version].build)?.[0] ?? '';
  const words: Readonly<Record<string, (call: ProductCall, flags: ReadonlyMap<string, string>) => ProductAnswer | Promise<ProductAnswer>>> =
    {
      version: () => ({ exitCode: 0, stdout: `${tag}\n` }),
      start,
      init,
      sql,
      node,
    };
  const cockroach = (call: ProductCall): ProductAnswer | Promise<ProductAnswer> => {
    const word = call.argv[0] ?? '';
    const run = words[word];
    if (run === undefined) return failed(word, `unknown command "${word}" for "cockroach"`);
    const flags = flagsOf(call.argv.slice(1));
    const stranger = [...flags.keys()].find((flag) => !isKnown(version, word, flag));
    return stranger === undefined ? run(call, flags) : failed(word, `unknown flag: --${stranger}`);
  };
  return {
    products: { cockroach },
    running: () => Object.fromEntries([...running].map(([host, flags]) => [host, Object.fromEntries(flags)])),
  };
}

/** Profiles exist on v23.2, the flags that took their place from v24.1 on. */
function isKnown(version: SimVersion, word: string, flag: string): boolean {
  if (flag === 'virtualized' || flag === 'virtualized-empty') return word === 'init' && !dialects[version].templateVc;
  return known[word]?.includes(flag) === true;
}
