import type { Side } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import type { Check } from '../../../domain/plan.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import type { PcrLink } from '../config.ts';
import type { PcrDetail } from '../detail.ts';
import { outruns, unseenVersion } from '../versions.ts';

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
    return outruns(read.appVersion, read.activeVersion)
      ? [failed(name, seen, `Finalize the upgrade of ${cluster} first: a virtual cluster may not be newer than the system's.`)]
      : [passed(name, seen)];
  });
}
