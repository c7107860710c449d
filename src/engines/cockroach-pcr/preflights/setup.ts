import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Check } from '../../../domain/plan.ts';
import { quoteIdentifier } from '../../../transports/sql-quoting.ts';
import { isAtLeast } from '../../cockroach/version.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import type { PcrLink } from '../config.ts';
import type { PcrDetail, ReadSide } from '../detail.ts';
import { wayTo } from '../statements-setup.ts';
import type { Grounded } from '../way.ts';
import { trustForm } from './node-trust.ts';

const sides = ['primary', 'standby'] as const satisfies readonly Side[];

/** What a replication is made on, as both sides tell it. `tried`: sides whose nodes have told themselves whom they reach. Pure. */
export function setupChecks(link: PcrLink, detail: PcrDetail, tried: readonly Side[] = []): readonly Check[] {
  const { primary, standby } = detail;
  const grounded = sides.flatMap((side) => {
    const read = detail[side];
    return read.kind === 'read' && read.ground != null ? [{ side, read: { ...read, ground: read.ground } }] : [];
  });
  return [
    ...grounded.flatMap(({ side, read }) => groundChecks(link, side, read)),
    ...sides.filter((side) => !tried.includes(otherSide(side))).flatMap((side) => trustCheck(link, side, detail)),
    ...(primary.kind === 'read' && standby.kind === 'read' ? regionCheck(primary, standby) : []),
  ];
}

function groundChecks(link: PcrLink, side: Side, read: Grounded): readonly Check[] {
  const { setup } = link.settings;
  const { cluster, user } = link.settings[side];
  const { ground, release } = read;
  const required = !isAtLeast(release, 25, 1);
  const setting = (name: string, isSet: boolean, planned: boolean): Check => {
    const words = `${cluster}: ${name}`;
    if (isSet) return passed(words, `The ${name} is set on ${cluster}; its value was not read.`);
    if (planned) return passed(words, `The ${name} is not set on ${cluster}; the plan sets it.`);
    const seen = `The ${name} is not set on ${cluster}, and the config gives none.`;
    if (required) {
      return warned(
        words,
        `${seen} ${release.text} asks for it.`,
        'A step of the plan asks a person to set it, or add it to settings.setup.',
      );
    }
    return warned(words, seen, `Set it on ${cluster} if your licence has terms that ask for it.`);
  };
  const isAdmin = user === 'root' || ground.admins.includes(user);
  return [
    setting('organization', ground.organization, setup?.organization != null),
    setting('licence', ground.license, setup?.license != null),
    passed(`${cluster}: rangefeeds`, `Rangefeeds are ${ground.rangefeed ? 'on' : 'off, and the plan turns them on,'} on ${cluster}.`),
    isAdmin
      ? passed(`${cluster}: users and grants`, `${user} is an admin on ${cluster}, so it can create users and grant privileges.`)
      : warned(
          `${cluster}: users and grants`,
          `${user} is no admin on ${cluster}, and may be refused when users are created or privileges granted.`,
          `Run GRANT admin TO ${quoteIdentifier(user)} on ${cluster} for the time of the setup, or create the users by hand.`,
        ),
  ];
}

/** Whether nodes reach each other can't be seen from here; what they would go by can. */
function trustCheck(link: PcrLink, side: Side, detail: PcrDetail): readonly Check[] {
  if (detail[side].kind !== 'read') return [];
  const { settings } = link;
  const from = settings[otherSide(side)].cluster;
  const name = `${from}: way to ${settings[side].cluster}`;
  const way = wayTo(settings, side, trustForm(detail, otherSide(side)));
  if (way === null) return [];
  const address = `${way.host}:${way.port}`;
  if (way.trust.kind === 'none')
    return [warned(name, `${from} would reach ${address} without TLS.`, 'Turn TLS on, unless this is a test.')];
  return [
    warned(
      name,
      `That every node of ${from} reaches ${address} can't be seen from here; the copy begins only if it does.`,
      `Try it from a node of ${from}, and see that the firewall lets port ${way.port} through.`,
    ),
  ];
}

function regionCheck(primary: ReadSide, standby: ReadSide): readonly Check[] {
  if (primary.ground == null || standby.ground == null) return [];
  const [from, to] = [primary.ground.regions, standby.ground.regions];
  const name = 'regions of both sides';
  if (from.join() === to.join()) return [passed(name, `Both sides are in ${from.join(', ')}.`)];
  const seen = `The primary is in ${from.join(', ')}, the standby in ${to.join(', ')}.`;
  const next = 'Compare the zone configurations: after a failover data can only be where there are nodes.';
  return [isAtLeast(primary.release, 24, 1) ? warned(name, seen, next) : failed(name, seen, 'v23.2 needs the same regions on both sides.')];
}
