import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Check } from '../../../domain/plan.ts';
import { passed, warned } from '../../frame/checks.ts';
import type { LdrSettings } from '../config.ts';
import type { Form } from '../form.ts';

/** The server wants the one who starts both directions to be the user of the connection that leads back. */
export function sameUser(settings: LdrSettings, into: Side, form: Form): readonly Check[] {
  const back = settings.streams[otherSide(into)]?.reach ?? null;
  if (form !== 'create' || settings.direction !== 'bidirectional' || back === null) return [];
  const { cluster, user } = settings[into];
  const name = `${cluster}: user of the way back`;
  if (back.user === user)
    return [passed(name, `The connection that leads back to ${cluster} logs in as ${user}, who starts replication there.`)];
  const seen = `The connection that leads back to ${cluster} logs in as ${back.user}, but ${user} starts replication there, and the server wants one user for both.`;
  return [
    warned(name, seen, 'Use one user for both in the config, or make the tables by hand, so that each direction is started by itself.'),
  ];
}
