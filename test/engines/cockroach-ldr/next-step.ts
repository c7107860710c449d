import { expect } from 'vitest';
import type { Side } from '../../../src/domain/observation.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import type { LdrLink } from '../../../src/engines/cockroach-ldr/config.ts';
import type { LdrDetail } from '../../../src/engines/cockroach-ldr/detail.ts';
import { aLink, ask, linkId } from './scenes.ts';

/** A time that lies before whatever is known in these scenes, for `TIME`. */
const longAgo = '2026-06-01 09:00:00 UTC';

/** The operations that a refusal can name as a next step, as somebody would type them. */
function operationOf(name: string, rest: string): Operation | null {
  const at = Date.parse((rest === 'TIME' ? longAgo : rest).replace(' UTC', 'Z').replace(' ', 'T'));
  switch (name) {
    case 'setup':
      if (rest === '') return { kind: 'setup', link: linkId };
      return { kind: 'setup', link: linkId, from: rest === 'last' ? { kind: 'last' } : { kind: 'time', at } };
    case 'failover':
      return { kind: 'failover', link: linkId, to: { kind: 'latest' } };
    case 'switchover':
    case 'rebuild':
    case 'failback':
    case 'resume':
    case 'teardown':
      return { kind: name, link: linkId };
    default:
      return null;
  }
}

/** Every row of the link's tables is deleted on a side, by hand. */
function emptiedBy(sentence: string, detail: LdrDetail, link: LdrLink): LdrDetail {
  const found = /empty the tables on (\S+|the other one) by hand/.exec(sentence)?.[1];
  const cluster = found === 'the other one' ? link.settings.standby.cluster : found;
  if (cluster === undefined || detail.schema.kind !== 'read') return detail;
  const side: Side = link.settings.primary.cluster === cluster ? 'primary' : 'standby';
  const pairs = detail.schema.pairs.map((pair) => ({ ...pair, rows: { ...pair.rows, [side]: 'empty' as const } }));
  return { ...detail, schema: { ...detail.schema, pairs } };
}

/** What a next step tells people to ask for, in the state that it makes them bring about. */
function namedIn(next: string, detail: LdrDetail, link: LdrLink): readonly (readonly [Operation, LdrDetail])[] {
  return next.split(/(?<=\.) /).flatMap((sentence) => {
    const then = emptiedBy(sentence, detail, link);
    const time = /^Give (\d{4}-\d\d-\d\d [\d:.]+ UTC)/.exec(sentence)?.[1];
    const given = time === undefined ? null : operationOf('setup', time);
    const typed = [...sentence.matchAll(/\/repl (\w+) shop(?: --from (last|TIME))?/g)].map((found) =>
      operationOf(found[1] ?? '', found[2] ?? ''),
    );
    return [given, ...typed].flatMap((operation) => (operation === null ? [] : [[operation, then] as const]));
  });
}

/** The first thing that is named works by itself; there is one. */
export function expectWorks(next: string, detail: LdrDetail, link: LdrLink = aLink()): void {
  const [first] = namedIn(next, detail, link);
  if (first === undefined) throw new TypeError(`nothing to ask for: ${next}`);
  const [operation, then] = first;
  expect([next, ask(operation, then, link)]).toEqual([next, expect.objectContaining({ kind: 'plan' })]);
}
