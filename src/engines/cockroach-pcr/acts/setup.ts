import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Act } from '../../../domain/plan.ts';
import { quoteIdentifier } from '../../../transports/sql-quoting.ts';
import { connectionQuestions } from '../../cockroach/connections.ts';
import { logInStatement } from '../../cockroach/log-in.ts';
import { actOn, lookOn } from '../act-on.ts';
import type { PcrSettings } from '../config.ts';
import { asking } from '../reads.ts';
import {
  type ByHand,
  type CopyOptions,
  configureStatement,
  createConnectionStatement,
  createCopyStatement,
  createUserStatement,
  forPeople,
  loginOf,
  type Setting,
  settingQuestion,
  type Trust,
  type Who,
} from '../statements-setup.ts';
import { readerActs } from './reader.ts';

/** Names of the steps that make a replication. They are written into journals, so a name is never used again for something else. */
export const setupKinds = {
  configure: 'pcr.configure',
  createUser: 'pcr.create-user',
  dropUser: 'pcr.drop-user',
  grantUser: 'pcr.grant-user',
  revokeUser: 'pcr.revoke-user',
  createConnection: 'pcr.create-connection',
  dropConnection: 'pcr.drop-connection',
  createCopy: 'pcr.create-copy',
  dropNewCopy: 'pcr.drop-new-copy',
  dropOldCopy: 'pcr.drop-old-copy',
  awaitScan: 'pcr.await-scan',
  proveMoving: 'pcr.prove-moving',
  proveConnection: 'pcr.prove-connection',
  seeSetting: 'pcr.see-setting',
} as const;

/** A statement that the config no longer has words for is left out, so that it differs from the approved one. */
const shown = (statement: string | null): readonly string[] => (statement === null ? [] : [statement]);

export const settingWords: Readonly<Record<Setting, string>> = {
  organization: 'the organization',
  license: 'the licence',
  rangefeed: 'rangefeeds',
};

/** Writes the acts that make a replication: texts and parameters are constant for equal settings. */
export const setupActs = (settings: PcrSettings) => ({ ...userActs(settings), ...copyActs(settings) });

function userActs(settings: PcrSettings) {
  const at = (side: Side) => settings[side].cluster;
  const nameOf = (who: Who): string => loginOf(settings.setup, who)?.name ?? 'nobody';
  /** `admin` is a role, everything else a system privilege. */
  const what = (privilege: string): string => (privilege === 'admin' ? 'admin' : `SYSTEM ${privilege}`);
  return {
    configure: (side: Side, setting: Setting, on: boolean): Act =>
      actOn(
        settings,
        side,
        setupKinds.configure,
        `${on ? 'Set' : 'Take back'} ${settingWords[setting]} on ${at(side)}`,
        shown(configureStatement(settings, setting, on, forPeople)),
        { setting, on },
      ),
    /** After a person has set it. */
    seeSetting: (side: Side, setting: ByHand): Act =>
      lookOn(
        settings,
        side,
        setupKinds.seeSetting,
        `See that ${settingWords[setting]} is set on ${at(side)}`,
        [asking(settings).of(side, [settingQuestion(setting)])],
        { setting },
      ),
    createUser: (side: Side, who: Who): Act =>
      actOn(
        settings,
        side,
        setupKinds.createUser,
        `Create the user ${nameOf(who)} on ${at(side)}`,
        shown(createUserStatement(settings, who, forPeople)),
        { who },
      ),
    dropUser: (side: Side, who: Who): Act =>
      actOn(
        settings,
        side,
        setupKinds.dropUser,
        `Drop the user ${nameOf(who)} on ${at(side)}`,
        [`DROP USER IF EXISTS ${quoteIdentifier(nameOf(who))}`],
        { who },
      ),
    grantUser: (side: Side, who: Who, privilege: string): Act =>
      actOn(
        settings,
        side,
        setupKinds.grantUser,
        `Grant ${privilege} to ${nameOf(who)} on ${at(side)}`,
        [`GRANT ${what(privilege)} TO ${quoteIdentifier(nameOf(who))}`],
        { who, privilege },
      ),
    revokeUser: (side: Side, who: Who, privilege: string): Act =>
      actOn(
        settings,
        side,
        setupKinds.revokeUser,
        `Revoke ${privilege} from ${nameOf(who)} on ${at(side)}`,
        [`REVOKE ${what(privilege)} FROM ${quoteIdentifier(nameOf(who))}`],
        { who, privilege },
      ),
  };
}

function copyActs(settings: PcrSettings) {
  const at = (side: Side) => settings[side].cluster;
  return {
    createConnection: (side: Side, trust: Trust): Act =>
      actOn(
        settings,
        side,
        setupKinds.createConnection,
        `Tell ${at(side)} how it reaches ${at(otherSide(side))}`,
        shown(createConnectionStatement(settings, side, trust, forPeople)),
        { trust },
      ),
    dropConnection: (side: Side): Act =>
      actOn(settings, side, setupKinds.dropConnection, `Take the way to ${at(otherSide(side))} from ${at(side)} again`, [
        `DROP EXTERNAL CONNECTION ${quoteIdentifier(settings.streams[side] ?? 'none')}`,
      ]),
    /** Before what a side has is dropped. */
    proveConnection: (side: Side): Act =>
      lookOn(settings, side, setupKinds.proveConnection, `See that ${at(side)} can be given a new copy of ${at(otherSide(side))}`, [
        ...(settings.setup === null ? [] : [asking(settings).of(otherSide(side), [logInStatement])]),
        ...(settings.streams[side] === null ? [] : [asking(settings).of(side, connectionQuestions)]),
      ]),
    createCopy: (side: Side, options: CopyOptions): Act =>
      actOn(
        settings,
        side,
        setupKinds.createCopy,
        `Begin a full copy of ${options.source} from ${at(otherSide(side))} on ${at(side)}`,
        shown(createCopyStatement(settings, side, options, forPeople)),
        { ...options },
      ),
    // `reader`: it was begun with one, which goes first.
    dropNewCopy: (side: Side, source: string, reader: boolean): Act =>
      actOn(
        settings,
        side,
        setupKinds.dropNewCopy,
        `Drop the new copy on ${at(side)}`,
        [
          ...(reader ? readerActs(settings).closeReader(side).statements : []),
          `DROP VIRTUAL CLUSTER IF EXISTS ${quoteIdentifier(settings.virtualCluster)}`,
        ],
        { source, reader },
      ),
    // By its number, so that a copy which somebody made anew meanwhile is left alone.
    dropOldCopy: (side: Side, id: string): Act =>
      actOn(
        settings,
        side,
        setupKinds.dropOldCopy,
        `Drop ${settings.virtualCluster} (number ${id}) on ${at(side)} with everything in it`,
        [`DROP VIRTUAL CLUSTER IF EXISTS ${quoteIdentifier(settings.virtualCluster)}`],
        { id },
      ),
    // `byFile`: every node knows the other side by a file of its own, so the scan is the first to try those of the others.
    awaitScan: (side: Side, byFile = false): Act =>
      lookOn(
        settings,
        side,
        setupKinds.awaitScan,
        `Wait until ${at(side)} has copied everything and follows ${at(otherSide(side))}`,
        [asking(settings).view(side)],
        byFile ? { byFile } : {},
      ),
    proveMoving: (side: Side, turn: number): Act =>
      lookOn(
        settings,
        side,
        setupKinds.proveMoving,
        `See the replicated time of ${at(side)} move ${turn === 1 ? 'once' : 'again'}`,
        [asking(settings).view(side)],
        { turn },
      ),
  };
}
