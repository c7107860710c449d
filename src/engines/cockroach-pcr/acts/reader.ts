import type { Side } from '../../../domain/observation.ts';
import { quoteIdentifier } from '../../../transports/sql-quoting.ts';
import { actOn, alter, lookOn } from '../act-on.ts';
import type { PcrSettings } from '../config.ts';
import { readerName } from '../detail.ts';
import { asking } from '../reads.ts';

/** Names of the steps of a reader. They are written into journals, so a name is never used again for something else. */
export const readerKinds = {
  openReader: 'pcr.open-reader',
  awaitReader: 'pcr.await-reader',
  verifyReader: 'pcr.verify-reader',
  stopReader: 'pcr.stop-reader',
  startReader: 'pcr.start-reader',
  dropReader: 'pcr.drop-reader',
  closeReader: 'pcr.close-reader',
} as const;

/** Writes the acts on the virtual cluster through which a standby is read. */
export function readerActs(settings: PcrSettings) {
  const name = readerName(settings.virtualCluster);
  const at = (side: Side) => settings[side].cluster;
  const service = (what: string) => alter({ virtualCluster: name }, what);
  return {
    openReader: (side: Side) =>
      actOn(settings, side, readerKinds.openReader, `Open ${at(side)} for reads`, alter(settings, 'SET REPLICATION READ VIRTUAL CLUSTER')),
    awaitReader: (side: Side) =>
      lookOn(settings, side, readerKinds.awaitReader, `Wait until ${name} on ${at(side)} serves`, [asking(settings).view(side)]),
    verifyReader: (side: Side) =>
      actOn(settings, side, readerKinds.verifyReader, `Connect to ${name} on ${at(side)} as a reader would`, ['SELECT 1 AS one']),
    // By its number, so that a reader which was made anew meanwhile is left alone; null where that is not known.
    stopReader: (side: Side, id: string | null = null) =>
      actOn(settings, side, readerKinds.stopReader, `Let no reader into ${name} on ${at(side)}`, service('STOP SERVICE'), { id }),
    startReader: (side: Side) =>
      actOn(settings, side, readerKinds.startReader, `Let readers into ${name} on ${at(side)}`, service('START SERVICE SHARED')),
    // Takes a reader back whose service may have started by itself meanwhile.
    closeReader: (side: Side) =>
      actOn(settings, side, readerKinds.closeReader, `Close ${at(side)} for reads again`, [
        ...service('STOP SERVICE'),
        `DROP VIRTUAL CLUSTER IF EXISTS ${quoteIdentifier(name)}`,
      ]),
    dropReader: (side: Side, id: string | null = null) =>
      actOn(
        settings,
        side,
        readerKinds.dropReader,
        `Drop ${name} on ${at(side)}`,
        [`DROP VIRTUAL CLUSTER IF EXISTS ${quoteIdentifier(name)}`],
        {
          id,
        },
      ),
  };
}
