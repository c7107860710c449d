import type { Refusal } from '../../domain/refusal.ts';
import { type Draft, notNow, noUndo } from '../frame/drafts.ts';
import { type CopyParams, copyBackupAct, fitPartsAct, spreadBackupAct, type Way } from './acts-backup.ts';
import type { CrrLink } from './config.ts';
import { budgets, longDraft, lookStep } from './drafts.ts';
import { type Party, toolOf } from './scene.ts';

/** A node of the source and the node of the other cluster that has the same number. */
interface Pair {
  readonly from: string;
  readonly to: string;
  /** Address of the latter. */
  readonly ip: string;
}

/**
 * Archives of gbar may have the same names on all nodes, and then can't lie in one folder; each goes to the node of the same number instead.
 * Null where that can't come up, or where the nodes of both clusters are not known to be numbered alike.
 */
export function pairsOf({ settings }: CrrLink, from: Party, to: Party): readonly Pair[] | null {
  if (toolOf(from) !== 'gbar') return null;
  const [source, target] = [numbered(from), numbered(to)];
  const count = settings[from.side].nodes.length;
  if (count < 2 || [source.size, target.size, settings[to.side].nodes.length].some((one) => one !== count)) return null;
  const pairs = [...source].flatMap(([id, { name }]) => {
    const there = target.get(id);
    return there === undefined ? [] : [{ from: name, to: there.name, ip: there.ip }];
  });
  return pairs.length === count ? pairs : null;
}

/** Nodes by the names that their own cluster gives them, as `m1`. */
function numbered({ read }: Party): ReadonlyMap<string, { readonly name: string; readonly ip: string }> {
  return new Map(
    read.nodes.flatMap(({ name, ip }) => {
      const id = ip === null ? undefined : read.hosts?.find(({ hostname }) => hostname === ip)?.id;
      return ip === null || id === undefined ? [] : [[id, { name, ip }] as const];
    }),
  );
}

/** Sends what each node has of a backup to the other cluster, and there to every node. */
export function copySteps(
  link: CrrLink,
  from: Party,
  to: Party,
  backup: string | null,
  [path, into]: readonly [string, string],
): readonly Draft[] | Refusal {
  const { settings } = link;
  const head = to.read.nodes.find(({ name }) => name === to.at.node.name);
  const silent = [...from.read.nodes, ...to.read.nodes].find(({ answers }) => !answers);
  if (head?.ip == null || silent !== undefined) {
    return notNow(
      `${silent === undefined ? `${to.name} does not tell its own address` : `${silent.name} does not answer`}, so its part of a backup can't be copied.`,
      'Every node of both clusters has to be up for a copy. Ask again then.',
    );
  }
  const stays = noUndo(`The copy of the backup stays on ${to.name}; it takes room and does nothing.`);
  const headIp = head.ip;
  const pairs = pairsOf(link, from, to);
  const sent = settings[from.side].nodes.flatMap((node) => {
    const send = (ip: string, way: Way): Draft => {
      const goal: CopyParams['to'] = { cluster: to.name, user: to.at.node.user, ip, path: into };
      return longDraft(copyBackupAct({ ...from.at, node }, { backup, path, to: goal, way }), budgets.copy, stays);
    };
    const own = pairs?.find((pair) => pair.from === node.name)?.ip ?? headIp;
    return own === headIp ? [send(headIp, 'always')] : [send(headIp, 'one-folder'), send(own, 'each-its-own')];
  });
  const spread = spreadBackupAct(to.at, { backup, path: into, way: pairs === null ? 'always' : 'one-folder' });
  return [
    ...(pairs === null ? [] : [lookStep(fitPartsAct(from.at, { backup, path }), budgets.copy)]),
    ...sent,
    ...(settings[to.side].nodes.length > 1 ? [longDraft(spread, budgets.copy, stays)] : []),
  ];
}
