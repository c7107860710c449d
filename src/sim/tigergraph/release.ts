/** What one version offers. Each figure is the first version with it. */
export interface Release {
  readonly version: string;
  readonly gbar: boolean;
  /** `gadmin backup`. */
  readonly backup: boolean;
  /** A backup carries its own metadata; without it another cluster needs the file that `--meta` writes. */
  readonly ownMetadata: boolean;
  /** `gadmin crr`, `restore --dr`, and no enabling by hand. */
  readonly crr: boolean;
  readonly incremental: boolean;
  /** `--base`. */
  readonly base: boolean;
  /** An incremental backup builds on the newest backup, not on the last full one. */
  readonly chains: boolean;
  readonly retain: boolean;
  readonly customTag: boolean;
  readonly milliseconds: boolean;
  readonly processIds: boolean;
  readonly tgdat: boolean;
  readonly ts3: boolean;
  readonly waitOnline: boolean;
  readonly crrStatus: boolean;
  /** Columns of `backup list`. */
  readonly list: 'tag' | 'typed' | 'dated';
  /** Of the words that the restore of 4.x says otherwise. */
  readonly words: 'old' | 'new';
  readonly endpoint: { readonly port: number; readonly path: string };
}

function numbersOf(version: string): readonly [number, number, number] {
  const match = /^(\d+)\.(\d+)\.(\d+)$/.exec(version);
  if (match === null) throw new TypeError(`'${version}' is no version`);
  return [Number(match[1]), Number(match[2]), Number(match[3])];
}

export function releaseOf(version: string): Release {
  const [major, minor, patch] = numbersOf(version);
  const number = major * 1_00_00 + minor * 100 + patch;
  const from = (first: number): boolean => number >= first;
  return {
    version,
    gbar: !from(3_10_00),
    backup: from(3_07_00),
    ownMetadata: from(3_09_02),
    crr: from(3_10_00),
    incremental: from(3_10_00),
    base: from(4_01_00),
    chains: from(4_02_00),
    retain: from(3_09_00),
    customTag: from(3_11_00),
    milliseconds: from(3_11_00),
    processIds: from(3_09_03),
    tgdat: from(3_09_03),
    ts3: !from(4_01_00),
    waitOnline: from(3_08_00),
    crrStatus: from(4_03_00),
    list: from(4_00_00) ? 'dated' : from(3_09_00) ? 'typed' : 'tag',
    words: from(4_00_00) ? 'new' : 'old',
    endpoint: from(4_01_00) ? { port: 14_240, path: '/gsql/v1/replication' } : { port: 8123, path: '/gsql/replication' },
  };
}
