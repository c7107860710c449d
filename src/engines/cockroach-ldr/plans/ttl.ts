import { otherSide } from '../../../domain/observation.ts';
import { unmarkedRule } from '../findings.ts';
import { tablesAt } from '../words.ts';
import type { Emptying } from './empty.ts';

/** Of a side that followed: rows that a TTL deleted on the other one alone are no loss, and they hide one. */
export function ttlWarnings({ link: { settings }, detail: { schema }, into }: Emptying): readonly string[] {
  if (!settings.options.discardTtlDeletes) return [];
  const source = otherSide(into);
  const [here, there] = [settings[into].cluster, settings[source].cluster];
  const unmarked = schema.kind === 'read' ? schema.findings[into].flatMap(({ rule, pair }) => (rule === unmarkedRule ? [pair] : [])) : [];
  const but = unmarked.length === 0 ? '' : ` (not so ${tablesAt(settings, source, unmarked)})`;
  return [
    `Deletes by row-level TTL on ${there} are discarded from tables that set ttl_disable_changefeed_replication${but}, so ${here} may hold more rows of them. That is taken for the work of the TTL: of these tables the count does not tell whether ${there} lost others.`,
  ];
}
