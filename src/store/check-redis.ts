import { z } from 'zod';
import { isFault } from '../domain/faults.ts';
import type { Finding } from '../domain/reply.ts';
import type { Connection } from './connection.ts';
import { readInfo, type ServerInfo } from './server-info.ts';

/** Settings that INFO does not show; null where Redis does not let us read them (managed services forbid CONFIG). */
export interface RedisSettings {
  readonly appendfsync: string | null;
  readonly save: string | null;
  readonly minReplicasToWrite: number | null;
}

/** Part of maxmemory beyond which a warning is due. */
const fullAt = 0.8;

const passed = (name: string, seen: string): Finding => ({ name, outcome: 'passed', seen, next: null });
const warned = (name: string, seen: string, next: string): Finding => ({ name, outcome: 'warned', seen, next });
const failed = (name: string, seen: string, next: string): Finding => ({ name, outcome: 'failed', seen, next });

/** Looks whether Redis is fit to hold runs. Never throws: a Redis that cannot be asked is a finding. */
export async function checkRedis(redis: Connection): Promise<readonly Finding[]> {
  try {
    const info = await readInfo(redis);
    return judgeRedis(info, await readSettings(redis));
  } catch (error) {
    if (!isFault(error)) throw error;
    return [
      failed('redis', error.message, 'Start Redis or correct its address; until then nothing can be asked for and runs stand still.'),
    ];
  }
}

/** The findings, from what Redis said. Pure. */
export function judgeRedis(info: ServerInfo, settings: RedisSettings): readonly Finding[] {
  return [version(info), role(info), eviction(info), persistence(info, settings), replicas(info, settings), memory(info)];
}

async function readSettings(redis: Connection): Promise<RedisSettings> {
  const read = async (name: string): Promise<string | null> => {
    const answer = await redis.read((client) => client.config('GET', name).catch(() => null));
    const parsed = z.tuple([z.string(), z.string()]).safeParse(answer);
    return parsed.success ? parsed.data[1] : null;
  };
  const [appendfsync, save, minReplicas] = await Promise.all([read('appendfsync'), read('save'), read('min-replicas-to-write')]);
  return { appendfsync, save, minReplicasToWrite: minReplicas === null ? null : Number(minReplicas) };
}

function version(info: ServerInfo): Finding {
  const name = 'redis version';
  // Valkey answers redis_version too: the Redis version that it is compatible with.
  const text = info.text('redis_version') ?? '';
  const [major = 0, minor = 0] = text.split('.').map(Number);
  if (major > 6 || (major === 6 && minor >= 2)) return passed(name, `Redis is version ${text}.`);
  return failed(
    name,
    `Redis is version ${text === '' ? 'unknown' : text}.`,
    'Upgrade Redis to 6.2 or newer; older ones lack commands that ReplOps needs.',
  );
}

function role(info: ServerInfo): Finding {
  const name = 'redis role';
  if (info.text('role') === 'master') return passed(name, 'Redis accepts writes.');
  return failed(name, 'This Redis is a replica and refuses writes.', 'Point the address at the primary Redis.');
}

function eviction(info: ServerInfo): Finding {
  const name = 'redis eviction';
  const policy = info.text('maxmemory_policy') ?? 'unknown';
  if (policy === 'noeviction') return passed(name, 'Redis never evicts keys (maxmemory-policy noeviction).');
  const seen = `Redis may throw away keys when its memory is full (maxmemory-policy ${policy}), runs and approvals among them.`;
  return failed(name, seen, 'Set maxmemory-policy to noeviction.');
}

function persistence(info: ServerInfo, { appendfsync, save }: RedisSettings): Finding {
  const name = 'redis persistence';
  const aof = info.text('aof_enabled') === '1';
  if (aof && info.text('aof_last_write_status') === 'err')
    return failed(name, 'Redis cannot write its append-only file.', 'Look at the disk of the Redis server; it may be full.');
  if (aof && appendfsync === 'no') {
    const seen = 'Redis leaves it to the operating system when the append-only file reaches the disk (appendfsync no).';
    return warned(name, seen, 'Set appendfsync to everysec or always.');
  }
  if (aof) return passed(name, `Redis writes an append-only file${appendfsync === null ? '' : ` (appendfsync ${appendfsync})`}.`);
  const snapshots =
    save === null ? 'and whether it takes snapshots is not known' : save === '' ? 'and it takes no snapshots' : 'only snapshots';
  const next = 'Set appendonly to yes.';
  if (save === '') return failed(name, 'Redis keeps nothing on disk: a restart loses every run, approval and policy.', next);
  return warned(name, `Redis writes no append-only file, ${snapshots}: a crash may lose the newest entries of a run.`, next);
}

function replicas(info: ServerInfo, { minReplicasToWrite }: RedisSettings): Finding {
  const name = 'redis replicas';
  const count = info.number('connected_slaves') ?? 0;
  if (count === 0) return passed(name, 'Redis has no replicas; what it holds rests on its own disk.');
  if (minReplicasToWrite !== null && minReplicasToWrite > 0)
    return passed(name, `Redis has ${count} replica(s) and writes only while enough of them follow.`);
  const why = minReplicasToWrite === null ? 'whether it waits for them could not be read' : 'it accepts writes while none of them follows';
  const seen = `Redis has ${count} replica(s), and ${why}: a promoted replica may lack the newest entries of a run.`;
  return warned(name, seen, 'Set min-replicas-to-write to 1 and min-replicas-max-lag to 5.');
}

function memory(info: ServerInfo): Finding {
  const name = 'redis memory';
  const used = info.number('used_memory') ?? 0;
  const megabytes = Math.ceil(used / 1_048_576);
  const limit = info.number('maxmemory') ?? 0;
  if (limit === 0) return passed(name, `Redis uses ${megabytes} MB and has no limit of its own.`);
  const percent = Math.round((used / limit) * 100);
  const seen = `Redis uses ${megabytes} MB, ${percent} % of its limit.`;
  if (used < limit * fullAt) return passed(name, seen);
  return warned(name, seen, 'Raise maxmemory or remove what else lives there: when it is full, Redis refuses writes and runs stand still.');
}
