import { z } from 'zod';
import { canonicalJson } from '../domain/json.ts';
import type { PolicyStore, StoredPolicy } from '../policy/store.ts';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';
import { parsedJson } from './parsed-json.ts';
import { understood } from './redis-faults.ts';

/** How a version is kept; its number is its place in the list. */
const kept = z.object({ by: z.string(), at: z.number(), why: z.string(), rules: z.unknown() });
const seedAnswer = z.tuple([z.number().int().min(1), z.string()]);
const putAnswer = z.tuple([z.enum(['written', 'behind']), z.number().int().min(0)]);
const historyAnswer = z.tuple([z.number().int().min(0), z.array(z.string())]);

function stored(version: number, text: string): StoredPolicy {
  const what = `version ${version} of the policy`;
  const json = understood(z.string().transform(parsedJson), text, what, 'not-applied');
  return { version, ...understood(kept, json, what, 'not-applied') };
}

const written = ({ by, at, why, rules }: Omit<StoredPolicy, 'version'>): string => canonicalJson({ by, at, why, rules });

/** Keeps every version of the policy, for good. */
export function createPolicyStore(redis: Connection): PolicyStore {
  const history = async (limit: number): Promise<readonly StoredPolicy[]> => {
    if (limit < 1) return [];
    // One MULTI: the length says which numbers the texts have.
    const answer = await redis.read(async (client) => {
      const results = await client.multi().llen(keys.policy).lrange(keys.policy, -limit, -1).exec();
      return results?.map(([error, value]) => {
        if (error !== null) throw error;
        return value;
      });
    });
    const [newest, texts] = understood(historyAnswer, answer, 'the versions of the policy', 'not-applied');
    return texts.map((text, index) => stored(newest - texts.length + 1 + index, text)).reverse();
  };
  return {
    current: async () => (await history(1))[0] ?? null,
    history,
    seed: async (first) => {
      const answer = await redis.script('policy-seed', [keys.policy], [written(first)]);
      const [version, text] = understood(seedAnswer, answer, 'the answer of policy-seed');
      return stored(version, text);
    },
    put: async (next, expectedVersion) => {
      const answer = await redis.script('policy-put', [keys.policy], [written(next), expectedVersion]);
      const [kind, version] = understood(putAnswer, answer, 'the answer of policy-put');
      return { kind, version };
    },
  };
}
