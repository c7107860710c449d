import { otherSide } from '../../domain/observation.ts';
import type { Operation } from '../../domain/operation.ts';
import { isRefusal, type Refusal, refuse } from '../../domain/refusal.ts';
import { notNow, type Outline } from '../frame/drafts.ts';
import { plannerOf } from '../frame/planner.ts';
import { blindRefusal } from './blind.ts';
import type { PcrLink } from './config.ts';
import { type PcrDetail, pcrDetail } from './detail.ts';
import { followersOf } from './phase.ts';
import { planAlone } from './plans/alone.ts';
import { leftBehind } from './plans/continue.ts';
import { planFailback } from './plans/failback.ts';
import { planFailover } from './plans/failover.ts';
import { planFence } from './plans/fence.ts';
import { planPause, planResume } from './plans/pause.ts';
import { planReaderOff, planReaderOn } from './plans/reader.ts';
import { planRebuild } from './plans/rebuild.ts';
import { planReconnect } from './plans/reconnect.ts';
import { planRetention } from './plans/retention.ts';
import { planSetup } from './plans/setup.ts';
import { planSwitchover } from './plans/switchover.ts';
import { planTeardown } from './plans/teardown.ts';
import { planUpgrade } from './plans/upgrade.ts';
import { planVerify } from './plans/verify.ts';
import type { Scene } from './scene.ts';
import { withoutFollower } from './without-follower.ts';

/** Plans an operation on what was seen, or says why not. Pure. */
export const planPcr = plannerOf('cockroach-pcr', pcrDetail, outlineOf);

function outlineOf(operation: Operation, link: PcrLink, detail: PcrDetail): Outline | Refusal {
  const blind = blindRefusal(operation, link, detail);
  if (blind !== null) return blind;
  if (operation.kind === 'failback') return planFailback(link, detail);
  if (operation.kind === 'fence') return planFence(operation, link, detail);
  if (operation.kind === 'setup') return operation.from === undefined ? planSetup(link, detail) : copyOnly(link);
  if (operation.kind === 'rebuild') return planRebuild(link, detail);
  if (operation.kind === 'teardown') return planTeardown(link, detail);
  if (operation.kind === 'reader' && !operation.on) return planReaderOff(link, detail);
  const alone = operation.kind === 'failover' ? planAlone(operation, link, detail) : null;
  if (alone !== null) return alone;
  const scene = sceneOf(link, detail, operation);
  return isRefusal(scene) ? scene : outlineOn(operation, scene, detail);
}

/** A first copy is all that this engine can begin with. */
const copyOnly = ({ id }: PcrLink): Refusal =>
  refuse(
    'bad-input',
    `Replication of ${id} begins with a copy: physical replication can't let it go on from a time.`,
    `Ask for /repl setup ${id} without --from.`,
  );

function outlineOn(operation: Operation, scene: Scene, detail: PcrDetail): Outline | Refusal {
  switch (operation.kind) {
    case 'failover':
      return planFailover(operation, scene);
    case 'switchover':
      return flatRefusal(scene) ?? planSwitchover(operation, scene);
    case 'pause':
      return planPause(scene);
    case 'resume':
      return planResume(scene);
    case 'upgrade':
      return planUpgrade(operation, scene);
    case 'verify':
      return planVerify(scene);
    case 'reader':
      return planReaderOn(scene);
    case 'retention':
      return planRetention(operation, scene);
    case 'reconnect':
      return planReconnect(scene, detail);
    default:
      return refuse(
        'not-supported',
        `Link ${scene.link.id} is run by cockroach-pcr, which has no ${operation.kind}.`,
        'Ask for `help` to see what there is.',
      );
  }
}

/** An older cluster has no service that could be stopped, so its writes can't be stopped either. */
function flatRefusal({ link, sourceRead, here, there }: Scene): Refusal | null {
  if (sourceRead.kind !== 'read' || sourceRead.flat !== true) return null;
  return notNow(
    `${there} is not virtualized, so the bot can't stop writes there, and no switchover of ${link.id} can be planned.`,
    `Stop the applications and wait until ${here} has everything; then /repl failover ${link.id} promotes it.`,
  );
}

/** Roles are read from the databases, whatever the config calls the sides. */
function sceneOf(link: PcrLink, detail: PcrDetail, operation: Operation): Scene | Refusal {
  const followers = followersOf(detail);
  const follower = followers[0];
  if (follower === undefined) {
    const left = operation.kind === 'failover' ? leftBehind(link, detail) : null;
    return left ?? withoutFollower(operation.kind, link, detail);
  }
  const { settings } = link;
  if (followers.length > 1) {
    return refuse(
      'not-possible-now',
      `Both ${settings.primary.cluster} and ${settings.standby.cluster} follow, so no ${operation.kind} of ${link.id} can be planned.`,
      'Find out which side has the newer data, and complete or drop the other stream by hand.',
    );
  }
  const source = otherSide(follower.side);
  return {
    link,
    follower,
    here: settings[follower.side].cluster,
    source,
    sourceRead: detail[source],
    there: settings[source].cluster,
  };
}
