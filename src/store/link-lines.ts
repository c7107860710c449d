import { z } from 'zod';
import { asRunId } from '../domain/ids.ts';
import type { Journal } from '../runs/ports.ts';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';
import { understood } from './redis-faults.ts';

const holdAnswer = z.tuple([z.string(), z.number().int().min(0), z.union([z.literal(0), z.literal(1)])]);

/** One run holds a link, others wait in line. Without a lease: the link belongs to the run, not to a process. */
export function createLinkLines(redis: Connection): Pick<Journal, 'holdLink' | 'leaveLink' | 'line'> {
  return {
    holdLink: async (link, run, still = null) => {
      const mayPass = still === null ? ['', ''] : [still.run, String(still.seq)];
      const answer = await redis.script('link-hold', [keys.line(link), keys.run(still?.run ?? run)], [run, ...mayPass]);
      const [holder, place, passed] = understood(holdAnswer, answer, 'the answer of link-hold');
      return place === 0 ? { kind: 'held', passed: passed === 1 } : { kind: 'waiting', behind: asRunId(holder), place };
    },
    leaveLink: async (link, run) => {
      await redis.script('link-leave', [keys.line(link), keys.due, keys.nudges], [run]);
    },
    line: async (link) => {
      const answer = await redis.read((client) => client.lrange(keys.line(link), 0, -1));
      return understood(z.array(z.string()), answer, `the line of link ${link}`, 'not-applied').map(asRunId);
    },
  };
}
