import { plain } from './parse/text.ts';

/** How far a restore came, by its own log. */
export type RestoreStage = 'untouched' | 'enabled' | 'halfway' | 'restored' | 'whole';

const started = /Stopping GPE|gadmin stop gpe gse|Back(?:upping|ing up) current|Extracting GPE|Restore cluster data|gadmin reset\b/;
const completed = /Restore completes|^Restore from \S+ finished in/m;
const enabled = /Enabled to true/;
const takenUp = /start CRR/;
const aside = /remove manually the path (\/\S+)|saved under (\/\S+) with suffix (-\d+)/;

/** The lines of a log that tell how far it came, and where the old data is. */
export const stageMarks: readonly RegExp[] = [started, completed, enabled, takenUp, aside];

/** `empty`: it only turns the replication on. Pure; never throws. */
export function stageIn(raw: string, { dr, empty }: { readonly dr: boolean; readonly empty: boolean }): RestoreStage {
  const log = plain(raw);
  const isEnabled = dr && enabled.test(log);
  const isRestored = completed.test(log) || (empty && isEnabled);
  if (isRestored) return !dr || takenUp.test(log) ? 'whole' : 'restored';
  if (started.test(log)) return 'halfway';
  return isEnabled ? 'enabled' : 'untouched';
}

/** Where the product says that it has put the data of before; null where it does not say. Pure; never throws. */
export function oldDataIn(raw: string): string | null {
  const [, path, root, suffix] = aside.exec(plain(raw)) ?? [];
  if (path !== undefined) return path;
  return root === undefined || suffix === undefined ? null : `${root}*${suffix}`;
}

/** What a cluster is left with when its restore ends too early, and what to do: full sentences. */
export function leftWith(stage: RestoreStage, cluster: string): string {
  switch (stage) {
    case 'untouched':
      return `It ended before anything was touched: ${cluster} has the data and the services that it had.`;
    case 'enabled':
      return `${cluster} is set to follow already, but has its old data, so it is of no use as a standby yet. The same restore has to be run again.`;
    case 'halfway':
      return `${cluster} is left half-way: services are stopped, and what it holds is neither the old data nor the backup. Keep applications away from it. The old data lies aside on each node, in folders gstore-… or gstore_memo-… of its data root, and must not be deleted yet. Mend what is named, then have the same restore run again; never kill one that runs.`;
    case 'restored':
      return `${cluster} has the data of the backup and is set to follow, but its replication was not taken up. Run gadmin crr stop -y and gadmin crr start there, then skip this step; running it again restores everything once more.`;
    case 'whole':
      return `${cluster} has the data of the backup.`;
  }
}
