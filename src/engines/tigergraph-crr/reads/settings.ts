import type { ShellConnect, ShellTarget } from '../../../transports/shell.ts';
import type { EngineIo } from '../../engine.ts';
import { askNode } from '../ask.ts';
import { configGet, deploymentQuestion, tlsQuestions } from '../commands.ts';
import type { CrrCluster } from '../config.ts';
import type { ReadSide } from '../detail.ts';
import { parseFlag, parseNumber, parsePath, parseTls, parseWord } from '../parse/config.ts';
import { parseDeployment } from '../parse/deployment.ts';

const settingKeys = [
  configGet('Kafka.Port'),
  configGet('Kafka.RetentionHours'),
  configGet('Kafka.RetentionSizeGB'),
  configGet('System.AppRoot'),
  configGet('System.DataRoot'),
  configGet('System.LogRoot'),
  configGet('System.Backup.Local.Enable'),
  configGet('System.Backup.Local.Path'),
  configGet('System.Backup.S3.Enable'),
  configGet('System.Backup.S3.BucketName'),
  configGet('System.Backup.S3.Endpoint'),
  configGet('System.Backup.TimeoutSec'),
  ...tlsQuestions,
] as const;

/** How a cluster is set up, apart from its replication. */
export async function readSettings(shell: ShellConnect, cluster: CrrCluster, node: ShellTarget, io: EngineIo) {
  const [port, hours, gigabytes, app, data, log, local, path, s3, bucket, endpoint, timeout, ...tls] = await askNode(
    shell,
    cluster,
    node,
    io,
    settingKeys,
  );
  return {
    kafkaPort: parseNumber(port),
    tls: parseTls(...tls),
    retention: { hours: parseNumber(hours), gigabytes: parseNumber(gigabytes) },
    roots: await rootsOf(shell, cluster, node, { app: parsePath(app), data: parsePath(data), log: parsePath(log) }, io),
    backupSetup: {
      local: parseFlag(local),
      path: parsePath(path),
      s3: parseFlag(s3),
      bucket: parseWord(bucket),
      endpoint: parseWord(endpoint),
      timeoutSec: parseNumber(timeout),
    },
  };
}

/** Where its settings don't tell, as while services are down, its shell tools still know where it lies. */
async function rootsOf(
  shell: ShellConnect,
  cluster: CrrCluster,
  node: ShellTarget,
  told: ReadSide['roots'],
  io: EngineIo,
): Promise<ReadSide['roots']> {
  if (told.app !== null && told.data !== null && told.log !== null) return told;
  const [answer] = await askNode(shell, cluster, node, io, [deploymentQuestion]);
  const seen = parseDeployment(answer)?.roots;
  return { app: told.app ?? seen?.app ?? null, data: told.data ?? seen?.data ?? null, log: told.log ?? seen?.log ?? null };
}
