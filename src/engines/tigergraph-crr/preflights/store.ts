import type { Check } from '../../../domain/plan.ts';
import { failed, passed } from '../../frame/checks.ts';
import type { CrrCluster } from '../config.ts';
import type { ReadSide } from '../detail.ts';

/** Whether a cluster is set up for backups as the config says. Pure. */
export function storeCheck({ cluster, backup }: CrrCluster, { backupSetup: { local, path, s3, bucket } }: ReadSide): Check {
  const name = `${cluster}: place of backups`;
  const next = `Set System.Backup on ${cluster} as the config has it: ${backup.kind === 'local' ? `Local.Enable true, Local.Path ${backup.path}` : `S3.Enable true, S3.BucketName ${backup.bucket}`}, and the other one off.`;
  if (local === null || s3 === null) return failed(name, `${cluster} does not tell where its backups go.`, next);
  if (local === s3) return failed(name, `${cluster} has ${local ? 'both a folder and a bucket' : 'no place'} for backups.`, next);
  if (local !== (backup.kind === 'local'))
    return failed(name, `${cluster} puts its backups into ${local ? 'a folder' : 'a bucket'}, and the config says otherwise.`, next);
  const [has, wants] = backup.kind === 'local' ? [path, backup.path] : [bucket, backup.bucket];
  return has === wants
    ? passed(name, `${cluster} puts its backups into ${wants}.`)
    : failed(name, `${cluster} puts its backups into ${has ?? 'an unknown place'}, and the config says ${wants}.`, next);
}
