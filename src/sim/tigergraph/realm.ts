import type { ProductAnswer, ProductCall, SimHost } from '../hosts/contract.ts';
import type { HostFiles } from '../hosts/files.ts';
import type { SimSide } from './contract.ts';
import type { Cluster, Ms, TigerNode, TigerState } from './state/model.ts';
import { refresh, settle } from './state/settle.ts';

/** What all commands of a world share. */
export interface Realm {
  readonly state: TigerState;
  nowMs(): Ms;
  host(side: SimSide, node: string): SimHost;
}

/** One command of TigerGraph under way on one node. */
export interface Desk {
  readonly realm: Realm;
  readonly cluster: Cluster;
  readonly node: TigerNode;
  readonly call: ProductCall;
}

export type TigerTool = (desk: Desk) => ProductAnswer | Promise<ProductAnswer>;

/** The world as it is at this moment. */
export function catchUp(realm: Realm): Ms {
  const nowMs = realm.nowMs();
  settle(realm.state, nowMs);
  return nowMs;
}

export const filesOf = (realm: Realm, cluster: Cluster, node: TigerNode): HostFiles => realm.host(cluster.side, node.name).files;

const fenceOf = (tag: string): number | null => {
  const fence = /^replops\/[^/]+\/(\d+)$/.exec(tag)?.[1];
  return fence === undefined ? null : Number(fence);
};

/** Notes a change at the moment at which it took effect; the world before it has been settled. */
export function record({ realm, cluster, node, call }: Desk, kind: string, statement: string, changed = true): void {
  const { effects } = realm.state;
  const at = realm.state.settledMs;
  refresh(realm.state, at);
  const { tag, user } = call;
  effects.push({
    seq: effects.length + 1,
    at,
    side: cluster.side,
    cluster: cluster.name,
    node: node.name,
    kind,
    statement,
    changed,
    tag,
    fence: fenceOf(tag),
    user,
  });
}

export const fine = (stdout = ''): ProductAnswer => ({ exitCode: 0, stdout });
export const failed = (stderr: string, exitCode = 1): ProductAnswer => ({ exitCode, stderr: `${stderr}\n` });

/** As `gadmin` ends when it can't do it. */
export const gadminError = (kind: string, words: string): ProductAnswer => failed(`[  Error] ${kind} (${words})`);
export const info = (words: string): string => `[   Info] ${words}\n`;
