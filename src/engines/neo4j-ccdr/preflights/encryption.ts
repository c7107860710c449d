import { isFault } from '../../../domain/faults.ts';
import type { Check } from '../../../domain/plan.ts';
import type { BoltConnect } from '../../../transports/bolt.ts';
import { textAt } from '../../../transports/bolt-values.ts';
import type { EngineIo } from '../../engine.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import type { CcdrCluster } from '../config.ts';
import type { SideRead } from '../detail.ts';
import { withServer } from '../session.ts';
import { few } from '../words.ts';

const policy = 'dbms.ssl.policy.cluster';
const question = `SHOW SETTINGS YIELD name, value WHERE name STARTS WITH '${policy}'`;

/** What a policy has to say: an open cluster port lets anybody copy the database. */
const wanted: Readonly<Record<string, string>> = { enabled: 'true', client_auth: 'require', trust_all: 'false' };

/** Whether each server of a cluster encrypts what it sends to others. Each server knows only its own settings. */
export async function encryptionCheck(connect: BoltConnect, cluster: CcdrCluster, read: SideRead, io: EngineIo): Promise<readonly Check[]> {
  if (read.kind !== 'read' || read.edition !== 'enterprise') return [];
  const name = `${cluster.cluster}: encryption between servers`;
  const addresses = read.servers.flatMap(({ address, health }) => (address === null || health !== 'Available' ? [] : [address]));
  try {
    const found = await Promise.all(addresses.map((address) => settingsAt(connect, cluster, address, io)));
    return [judge(name, cluster.cluster, addresses, found)];
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return [warned(name, `It could not be read: ${cause.message}`, `Check ${policy}.enabled by hand on every server.`)];
  }
}

type Settings = ReadonlyMap<string, string>;

const settingsAt = (connect: BoltConnect, cluster: CcdrCluster, address: string, io: EngineIo): Promise<Settings> =>
  withServer(connect, cluster, address, io, async (session) => {
    const { rows } = await session.read(question);
    return new Map(rows.map((row) => [(textAt(row, 'name') ?? '').slice(policy.length + 1), (textAt(row, 'value') ?? '').toLowerCase()]));
  });

function judge(name: string, cluster: string, addresses: readonly string[], found: readonly Settings[]): Check {
  if (found.some((settings) => settings.size === 0)) {
    return warned(
      name,
      `${cluster} does not tell whether its servers encrypt what they send each other.`,
      `Check ${policy}.enabled by hand on every server.`,
    );
  }
  const open = addresses.filter((_, index) => Object.entries(wanted).some(([key, value]) => (found[index]?.get(key) ?? value) !== value));
  const off = addresses.filter((_, index) => found[index]?.get('enabled') !== 'true');
  if (open.length === 0 && off.length === 0)
    return passed(name, `All ${addresses.length} servers of ${cluster} encrypt what they send each other.`);
  return failed(
    name,
    `${few([...new Set([...off, ...open])])} of ${cluster} accept cluster connections that are not encrypted or not proven, so anybody who reaches the cluster port can copy the database.`,
    `Set ${policy}.enabled=true, client_auth=REQUIRE and trust_all=false there, with certificates, and restart the servers.`,
  );
}
