import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import type { Check } from '../../../domain/plan.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import type { PcrLink, PcrSettings } from '../config.ts';
import type { PcrDetail, ReadSide } from '../detail.ts';
import { compareMajors, lags, majorOf, majorOfActive, nextMajor, outruns, unseenVersion } from '../versions.ts';

const sides = ['primary', 'standby'] as const satisfies readonly Side[];

/** Operations that start a stream or a service. */
const starts: readonly Operation['kind'][] = ['setup', 'rebuild', 'failback', 'switchover', 'failover', 'upgrade'];

/** The active version of the application's virtual cluster where it serves, against that of the control plane there. Pure. */
export function applicationChecks(operation: Operation, { settings }: PcrLink, detail: PcrDetail): readonly Check[] {
  if (!starts.includes(operation.kind)) return [];
  return sides.flatMap((side) => {
    const read = detail[side];
    if (read.kind !== 'read' || read.appVersion === undefined) return [];
    const { cluster } = settings[side];
    const vc = read.vc === null ? (settings.setup?.source ?? settings.virtualCluster) : settings.virtualCluster;
    const name = `${cluster}: version of ${vc}`;
    const [unseen] = unseenVersion(cluster, vc, read);
    if (unseen !== undefined) return [warned(name, unseen, `Let ${settings[side].user} log in to ${vc} on ${cluster}.`)];
    const seen = `${vc} on ${cluster} has the active version ${read.appVersion}, the system virtual cluster ${read.activeVersion}.`;
    if (outruns(read.appVersion, read.activeVersion))
      return [failed(name, seen, `Finalize the upgrade of ${cluster} first: a virtual cluster may not be newer than the system's.`)];
    return [
      (operation.kind === 'upgrade' ? behindCheck : lateCheck)({ operation, settings, side, read, detail, name, seen }) ??
        passed(name, seen),
    ];
  });
}

interface Seen {
  readonly operation: Operation;
  readonly settings: PcrSettings;
  readonly side: Side;
  readonly read: ReadSide;
  readonly detail: PcrDetail;
  readonly name: string;
  readonly seen: string;
}

/** An upgrade begins with everything finalized. */
function behindCheck({ read, name, seen }: Seen): Check | null {
  const [own, system] = [majorOfActive(read.appVersion ?? ''), majorOfActive(read.activeVersion)];
  if (own === null || system === null || compareMajors(own, system) >= 0) return null;
  const words = `${seen} It is behind.`;
  return compareMajors(system, nextMajor(own)) > 0
    ? failed(name, words, `Finalize it one upgrade at a time (SET CLUSTER SETTING version in it), until it has ${system}.`)
    : warned(name, words, 'An upgrade finalizes it first, once the other side is finalized too.');
}

/** Where it is to run next, it has to start. */
function lateCheck({ operation, settings, side, read, detail, name, seen }: Seen): Check | null {
  const other = detail[otherSide(side)];
  if (other.kind !== 'read' || !lags(read.appVersion, majorOf(other.release))) return null;
  const { cluster } = settings[otherSide(side)];
  return (operation.kind === 'failover' ? warned : failed)(
    name,
    `${seen} ${cluster} runs ${other.release.text}, which does not start one that is more than one upgrade behind.`,
    `Finalize it first: run SET CLUSTER SETTING version = '${majorOfActive(read.activeVersion)}' in it.`,
  );
}
