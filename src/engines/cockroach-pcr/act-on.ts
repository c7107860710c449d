import type { JsonObject } from '../../domain/json.ts';
import type { Side } from '../../domain/observation.ts';
import type { Act, Asked } from '../../domain/plan.ts';
import { quoteIdentifier } from '../../transports/sql-quoting.ts';
import type { PcrSettings } from './config.ts';

/** Where a statement is sent, on behalf of which virtual cluster. */
export const actOn = (
  settings: PcrSettings,
  side: Side,
  kind: string,
  title: string,
  statements: readonly string[],
  params: JsonObject = {},
): Act => ({
  kind,
  title,
  cluster: settings[side].cluster,
  side,
  statements,
  params: { virtualCluster: settings.virtualCluster, ...params },
});

/** A step that only looks: `asks` is all that it sends. */
export const lookOn = (
  settings: PcrSettings,
  side: Side,
  kind: string,
  title: string,
  asks: readonly Asked[],
  params: JsonObject = {},
): Act => ({ ...actOn(settings, side, kind, title, [], params), asks });

export const alter = ({ virtualCluster }: Pick<PcrSettings, 'virtualCluster'>, what: string): readonly string[] => [
  `ALTER VIRTUAL CLUSTER ${quoteIdentifier(virtualCluster)} ${what}`,
];
