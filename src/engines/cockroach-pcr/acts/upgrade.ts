import type { Side } from '../../../domain/observation.ts';
import { quoteLiteral } from '../../../transports/sql-quoting.ts';
import { actOn, lookOn } from '../act-on.ts';
import type { PcrSettings } from '../config.ts';
import { asking, questions } from '../reads.ts';

/** Names of the steps of an upgrade. They are written into journals, so a name is never used again for something else. */
export const upgradeKinds = {
  verifyRelease: 'pcr.verify-release',
  finalize: 'pcr.finalize',
  finalizeApplication: 'pcr.finalize-application',
} as const;

/** `version` is a major release such as `25.2`. */
export function upgradeActs(settings: PcrSettings) {
  const at = (side: Side) => settings[side].cluster;
  const statement = (version: string): readonly string[] => [`SET CLUSTER SETTING version = ${quoteLiteral(version)}`];
  return {
    verifyRelease: (side: Side, version: string) =>
      lookOn(
        settings,
        side,
        upgradeKinds.verifyRelease,
        `See that ${at(side)} runs v${version}`,
        [asking(settings).of(side, [questions.release])],
        { version },
      ),
    finalize: (side: Side, version: string) =>
      actOn(settings, side, upgradeKinds.finalize, `Finalize v${version} on ${at(side)}`, statement(version), { version }),
    finalizeApplication: (side: Side, version: string) =>
      actOn(
        settings,
        side,
        upgradeKinds.finalizeApplication,
        `Finalize v${version} in ${settings.virtualCluster} on ${at(side)}`,
        statement(version),
        { version },
      ),
  };
}
