import type { Check } from '../../../domain/plan.ts';
import { failed, passed } from '../../frame/checks.ts';
import type { CrrCluster } from '../config.ts';
import type { ReadSide } from '../detail.ts';

/** Settings of the product that put backups where the config says, as people set them. */
const settingsFor = (backup: CrrCluster['backup']): string =>
  backup.kind === 'local'
    ? `Local.Enable true, Local.Path ${backup.path}`
    : `S3.Enable true, S3.BucketName ${backup.bucket}${backup.endpoint === null ? '' : `, S3.Endpoint ${backup.endpoint}`}`;

/** Whether a cluster is set up for backups as the config says. Pure. */
export function storeCheck({ cluster, backup }: CrrCluster, { backupSetup }: ReadSide): Check {
  const name = `${cluster}: place of backups`;
  const { local, s3 } = backupSetup;
  const next = `Set System.Backup on ${cluster} as the config has it: ${settingsFor(backup)}, and the other one off.`;
  if (local === null || s3 === null) return failed(name, `${cluster} does not tell where its backups go.`, next);
  if (local === s3) return failed(name, `${cluster} has ${local ? 'both a folder and a bucket' : 'no place'} for backups.`, next);
  if (local !== (backup.kind === 'local'))
    return failed(name, `${cluster} puts its backups into ${local ? 'a folder' : 'a bucket'}, and the config says otherwise.`, next);
  const [has, wants] = placeOf(backup, backupSetup);
  return has === wants
    ? passed(name, `${cluster} puts its backups into ${wants}.`)
    : failed(name, `${cluster} puts its backups into ${has ?? 'an unknown place'}, and the config says ${wants}.`, next);
}

/** The place that a cluster has and the one that the config wants. An endpoint that the config leaves out is the cluster's own affair. */
function placeOf(backup: CrrCluster['backup'], { path, bucket, endpoint }: ReadSide['backupSetup']): readonly [string | null, string] {
  if (backup.kind === 'local') return [path, backup.path];
  if (backup.endpoint === null) return [bucket, backup.bucket];
  return [bucket === null ? null : `${bucket} at ${endpoint || 'the usual place'}`, `${backup.bucket} at ${backup.endpoint}`];
}

interface Keeper {
  readonly cluster: CrrCluster;
  readonly read: ReadSide;
}

/** Whether what one side puts into its bucket is where the other one looks for it; null where backups lie on the nodes. Pure. */
export function bucketCheck(from: Keeper, to: Keeper): Check | null {
  if (from.cluster.backup.kind !== 's3' || to.cluster.backup.kind !== 's3') return null;
  const name = 'one bucket';
  const names = `${from.cluster.cluster} and ${to.cluster.cluster}`;
  const [ours, theirs] = [from.read.backupSetup, to.read.backupSetup];
  const next = `Set System.Backup.S3.BucketName and System.Backup.S3.Endpoint to the same on ${names}.`;
  if (ours.bucket === null || ours.bucket !== theirs.bucket)
    return failed(
      name,
      `${names} put their backups into ${ours.bucket ?? 'an unknown bucket'} and ${theirs.bucket ?? 'an unknown one'}.`,
      next,
    );
  // Before 3.8 there is no such setting, on either side.
  return ours.endpoint === theirs.endpoint
    ? passed(name, `${names} use the same bucket, ${ours.bucket}.`)
    : failed(
        name,
        `${names} have a bucket ${ours.bucket}, but at ${ours.endpoint || 'the usual place'} and at ${theirs.endpoint || 'the usual place'}: these are two buckets.`,
        next,
      );
}
