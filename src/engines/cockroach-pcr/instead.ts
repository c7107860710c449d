import type { Operation } from '../../domain/operation.ts';
import { isRefusal } from '../../domain/refusal.ts';
import { msOfMicros } from '../cockroach/times.ts';
import { sourceElsewhere } from './fence-need.ts';
import { microsOf, writableOf } from './phase.ts';
import { hasExpired } from './plans/pause.ts';
import { planSwitchover } from './plans/switchover.ts';
import type { Scene } from './scene.ts';
import { unfedBy } from './unfed.ts';
import { spell, spellTime } from './words.ts';

type Failover = Extract<Operation, { kind: 'failover' }>;

/** What would keep the writes that a failover gives up while the primary works. Nothing when it does not, or can't be stopped by SQL. */
export function insteadOf({ to }: Failover, scene: Scene, ageMs: number): readonly string[] {
  const { link, follower, sourceRead, here, there } = scene;
  if (sourceRead.kind !== 'read' || sourceRead.flat === true || sourceElsewhere(scene) !== null || unfedBy(scene) !== null) return [];
  const { id } = link;
  const switchover = planSwitchover({ kind: 'switchover', link: id }, scene);
  if (writableOf(sourceRead) !== 'yes') {
    return isRefusal(switchover)
      ? []
      : [
          `${there} is stopped and still has everything: a switchover waits until ${here} has it too, and loses nothing (/repl switchover ${id}).`,
        ];
  }
  const works = `${there} answers and takes writes`;
  if (!isRefusal(switchover)) return [`${works}: a switchover would lose nothing (/repl switchover ${id}).`];
  const lostMs = to.kind === 'time' ? Math.max(0, msOfMicros(BigInt(follower.read.now)) - to.at) : ageMs;
  const lost = `This failover discards the last ${spell(lostMs)} of its writes`;
  switch (follower.phase) {
    case 'paused':
    case 'gave-up':
      return hasExpired(scene)
        ? [
            `${works}, but no longer keeps the history that ${here} needs to catch up. ${lost}; /repl rebuild ${id} keeps them: it copies ${there} to ${here} anew.`,
          ]
        : [
            `${works}. ${lost}; none are lost if ${here} catches up first: /repl resume ${id}, then /repl switchover ${id}${follower.phase === 'gave-up' ? ', once the cause of the error is mended' : ''}.`,
          ];
    case 'retrying':
      return [`${works}. ${lost}; none are lost if what keeps ${here} from following is mended first, and then /repl switchover ${id}.`];
    case 'pending':
      return [
        `${works}, and what it takes after ${here} is promoted is lost. A failover to ${spellTime(microsOf(follower.vc.failover))} is pending, so no switchover is possible any more.`,
      ];
    default:
      return [`${works}. ${lost}; none are lost if ${here} catches up first, and then /repl switchover ${id}.`];
  }
}
