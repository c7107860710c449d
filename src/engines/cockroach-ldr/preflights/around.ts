import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Check } from '../../../domain/plan.ts';
import type { SqlConnect } from '../../../transports/sql.ts';
import { firstValue, withInterface } from '../../cockroach/session.ts';
import type { EngineIo } from '../../engine.ts';
import { passed, warned } from '../../frame/checks.ts';
import { orWarned } from '../checks.ts';
import type { LdrSettings } from '../config.ts';
import type { LdrDetail } from '../detail.ts';
import { flowInto, readOf } from '../flow.ts';
import { reachInto } from '../reach.ts';

/** From node to node: what the bot can't try itself. A job that follows has shown it. */
export function wayCheck(settings: LdrSettings, detail: LdrDetail, into: Side): readonly Check[] {
  if (readOf(detail, into) === null) return [];
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  const name = `${here}: way to the nodes of ${there}`;
  if (flowInto(settings, detail, into)?.phase === 'following') return [passed(name, `A job on ${here} reads from ${there} now.`)];
  if (reachInto(settings, into)?.route === 'gateway') {
    const seen = `The nodes of ${here} have to reach ${there} at the address in its connection (route: gateway); the bot can't try that.`;
    return [warned(name, seen, `See that the network lets every node of ${here} through to it.`)];
  }
  return [
    warned(
      name,
      `Every node of ${here} has to reach every node of ${there} at the SQL address that it advertises; the bot can't try that.`,
      `See that the network lets them through. Where only one address of ${there} can be reached, set route: gateway (from v25.1 on).`,
    ),
  ];
}

const setting = 'server.child_metrics.enabled';

/** A label names a job in the metrics of the side that follows only where that side keeps metrics by label. */
export async function labelChecks(
  connect: SqlConnect,
  settings: LdrSettings,
  detail: LdrDetail,
  into: Side,
  io: EngineIo,
): Promise<readonly Check[]> {
  if (settings.options.label === null || readOf(detail, into) === null) return [];
  const { cluster } = settings[into];
  const name = `${cluster}: metrics by label`;
  return orWarned(name, io, () =>
    withInterface(connect, settings[into], settings.interface, io, async (session) => {
      const value = firstValue(await session.read(`SHOW CLUSTER SETTING ${setting}`));
      if (value === 'true' || value === 't') return [passed(name, `${setting} is true on ${cluster}, so its metrics tell the label.`)];
      return [
        warned(
          name,
          `${setting} is ${value === null ? 'not told' : 'false'} on ${cluster}, so options.label is shown in no metric there. Replication works all the same.`,
          `Run SET CLUSTER SETTING ${setting} = true on ${cluster}.`,
        ),
      ];
    }),
  );
}
