import { otherSide, type Side } from '../../../domain/observation.ts';
import { quoteLiteral } from '../../../transports/sql-quoting.ts';
import { logInStatement } from '../../cockroach/log-in.ts';
import { spell, spellTime } from '../../cockroach/spell.ts';
import { actOn, alter, lookOn } from '../act-on.ts';
import type { PcrSettings } from '../config.ts';
import { asking } from '../reads.ts';
import { forPeople, intervalText, loginOf, type Replacement, replaceConnectionStatements, type Trust } from '../statements-setup.ts';

/** Names of the steps on a running stream. They are written into journals, so a name is never used again for something else. */
export const tuningKinds = {
  setRetention: 'pcr.set-retention',
  setExpiration: 'pcr.set-expiration',
  proveLogin: 'pcr.prove-login',
  replaceConnection: 'pcr.replace-connection',
  replaceByHand: 'replace-connection-by-hand',
  bounce: 'pcr.bounce',
  awaitTime: 'pcr.await-time',
} as const;

/** Where the time is set for which a source keeps history: on the source itself from 25.2 on, before that on its consumer. */
export type ExpirationOf = 'source' | 'consumer';

/** Writes the acts on a running stream. */
export function tuningActs(settings: PcrSettings) {
  const at = (side: Side) => settings[side].cluster;
  const expiration = (ms: number, of: ExpirationOf) =>
    alter(settings, `SET REPLICATION ${of === 'source' ? 'SOURCE ' : ''}EXPIRATION WINDOW = ${quoteLiteral(intervalText(ms))}`);
  return {
    setRetention: (side: Side, windowMs: number) =>
      actOn(
        settings,
        side,
        tuningKinds.setRetention,
        `Let ${at(side)} keep ${spell(windowMs)} of history that it can be promoted to`,
        alter(settings, `SET REPLICATION RETENTION = ${quoteLiteral(intervalText(windowMs))}`),
        { windowMs },
      ),
    setExpiration: (side: Side, expirationMs: number, of: ExpirationOf) =>
      actOn(
        settings,
        side,
        tuningKinds.setExpiration,
        `Let ${at(of === 'source' ? side : otherSide(side))} keep history for ${spell(expirationMs)} of silence`,
        expiration(expirationMs, of),
        { expirationMs, of },
      ),
    /** On the side that the stream reads from. */
    proveLogin: (side: Side) =>
      lookOn(
        settings,
        side,
        tuningKinds.proveLogin,
        `Log in to ${at(side)} as ${loginOf(settings.setup, 'stream')?.name ?? 'nobody'}, with the password that the connection is to hold`,
        [asking(settings).of(side, [logInStatement])],
      ),
    replaceConnection: (side: Side, trust: Trust, how: Replacement) =>
      actOn(
        settings,
        side,
        tuningKinds.replaceConnection,
        `Tell ${at(side)} anew how it reaches ${at(otherSide(side))}`,
        replaceConnectionStatements(settings, side, trust, how, forPeople),
        { trust, how },
      ),
    bounce: (side: Side) =>
      actOn(settings, side, tuningKinds.bounce, `Let the stream into ${at(side)} connect anew`, [
        ...alter(settings, 'PAUSE REPLICATION'),
        ...alter(settings, 'RESUME REPLICATION'),
      ]),
    awaitTime: (side: Side, micros: string) =>
      lookOn(
        settings,
        side,
        tuningKinds.awaitTime,
        `Wait until it is ${spellTime(micros)}`,
        [asking(settings).view(side), ...asking(settings).whole(otherSide(side))],
        { micros },
      ),
  };
}
