import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Check } from '../../../domain/plan.ts';
import { quoteCypherName } from '../../../transports/cypher-quoting.ts';
import { passed, warned } from '../../frame/checks.ts';
import type { CcdrSettings } from '../config.ts';
import type { CcdrDetail, ReadSide } from '../detail.ts';
import { few } from '../words.ts';

/**
 * Who will be let in on the side that follows, once it serves: privileges are not replicated. Null when a side does not tell, so that
 * nothing can be compared. Commands that the other side has and this one lacks, with the name of the database as it is here. Pure.
 */
export function missingPrivileges(settings: CcdrSettings, detail: Pick<CcdrDetail, Side>, follower: Side): readonly string[] | null {
  const [here, there] = [detail[follower], detail[otherSide(follower)]];
  if (here.kind !== 'read' || there.kind !== 'read' || there.database === null || there.grants === null) return null;
  if (here.database !== null && here.grants === null) return null;
  const name = here.database?.name ?? settings[follower].database;
  const from = there.database.name;
  const have = new Set(here.grants ?? []);
  return there.grants.map((command) => renamed(command, from, name)).filter((command) => !have.has(command));
}

/** A command for another database. Servers quote a name only where it needs it, so both ways of writing it are looked for, and the one for `to` may differ. */
export function renamed(command: string, from: string, to: string): string {
  if (from === to) return command;
  return command.replaceAll(` ${quoteCypherName(from)} `, ` ${quoteCypherName(to)} `).replaceAll(` ${from} `, ` ${quoteCypherName(to)} `);
}

/** Whether applications will be let in after a move to the side that follows. Pure. */
export function privilegesCheck(settings: CcdrSettings, detail: CcdrDetail, follower: Side): readonly Check[] {
  const [here, there] = [detail[follower], detail[otherSide(follower)]];
  if (here.kind !== 'read') return [];
  const [mine, theirs] = [settings[follower].cluster, settings[otherSide(follower)].cluster];
  const name = `${mine}: privileges of applications`;
  const missing = missingPrivileges(settings, detail, follower);
  if (missing === null) return [unread(name, mine, theirs, here, there.kind === 'read')];
  if (missing.length === 0) return [passed(name, `${mine} has every privilege on the database that ${theirs} has.`)];
  return [
    warned(
      name,
      `${missing.length} of the privileges on the database that ${theirs} has are missing on ${mine}: ${few(missing)}.`,
      `Give them on ${mine}, with the roles and users that they need: replication does not bring them.`,
    ),
  ];
}

function unread(name: string, mine: string, theirs: string, { database, grants }: ReadSide, answers: boolean): Check {
  if (database !== null && grants?.length === 0) {
    return warned(
      name,
      `No role has a privilege of its own on ${database.name} of ${mine}, so applications may not be let in there.`,
      `Give them on ${mine} the privileges that they have on ${theirs}.`,
    );
  }
  return warned(
    name,
    answers
      ? `Whether ${mine} lets in the applications that ${theirs} lets in could not be read.`
      : `${theirs} does not answer, so its privileges can't be compared with the ${grants?.length ?? 0} on ${mine}.`,
    `Check the privileges of the applications on ${mine} by hand.`,
  );
}
