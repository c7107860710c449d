import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import type { Check } from '../../../domain/plan.ts';
import { failed, passed, warned } from '../../frame/checks.ts';
import { isMoment, newest } from '../chains.ts';
import type { CrrCluster, CrrLink, CrrSettings } from '../config.ts';
import type { BackupRow, CrrDetail, ReadSide } from '../detail.ts';
import { tlsProblem, wayTo } from '../kafka.ts';
import { depthOf, prefixBehind } from '../names.ts';
import { isAtLeast } from '../parse/version.ts';
import { sharedHosts } from '../state.ts';
import { count, few, spell } from '../words.ts';

/** Topic names are cut at 249 bytes; beyond so many links of the prefix some would be. */
const longestChain = 25;

/** What two sides need of each other so that one can be filled from the other. Pure. */
export function pairChecks(link: CrrLink, detail: CrrDetail, target: Side): readonly Check[] {
  const [from, to] = [detail[otherSide(target)], detail[target]];
  const { settings } = link;
  const together = sharedCheck(settings, detail);
  if (from.kind !== 'read' || to.kind !== 'read') return [together];
  const names = { from: settings[otherSide(target)].cluster, to: settings[target].cluster };
  return [
    together,
    versionCheck(from, to, names),
    shapeCheck(from, to, names),
    replicasCheck(settings, from, to, names),
    prefixCheck(from, to, names),
    kafkaCheck({ cluster: settings[otherSide(target)], read: from }, { cluster: settings[target], read: to }),
    superuserCheck(settings),
    retentionCheck(from, names),
  ];
}

interface Names {
  readonly from: string;
  readonly to: string;
}

function sharedCheck(settings: CrrSettings, detail: CrrDetail): Check {
  const name = 'two clusters';
  const shared = sharedHosts(detail);
  const [east, west] = [settings.primary.cluster, settings.standby.cluster];
  return shared.length > 0
    ? failed(
        name,
        `${east} and ${west} both list ${few(shared)}: they are one cluster.`,
        'Correct the nodes in the config: a restore on one would destroy the other.',
      )
    : passed(name, `${east} and ${west} have no host in common.`);
}

function versionCheck(from: ReadSide, to: ReadSide, names: Names): Check {
  const name = 'versions of both sides';
  if (from.version === null || to.version === null) {
    return failed(name, `${from.version === null ? names.from : names.to} does not tell its version.`, 'Run gadmin version there by hand.');
  }
  const seen = `${names.from} runs ${from.version.text}, ${names.to} runs ${to.version.text}.`;
  if (from.version.text !== to.version.text)
    return failed(name, `${seen} Both have to run exactly the same version.`, 'Upgrade the older one.');
  return isAtLeast(from.version, [3, 2]) ? passed(name, seen) : failed(name, `${seen} Replication needs 3.2.`, 'Upgrade both.');
}

function shapeCheck(from: ReadSide, to: ReadSide, names: Names): Check {
  const name = 'partitions';
  if (from.shape === null || to.shape === null)
    return failed(name, 'How many partitions the sides have is not known.', 'Run gadmin config get GPE.BasicConfig.Nodes on both.');
  const seen = `${names.from} has ${count(from.shape.partitions, 'partition')}, ${names.to} has ${count(to.shape.partitions, 'partition')}.`;
  return from.shape.partitions === to.shape.partitions
    ? passed(name, seen)
    : failed(name, seen, 'Install one of them with as many partitions as the other.');
}

function replicasCheck({ equalReplicas }: CrrSettings, from: ReadSide, to: ReadSide, names: Names): Check {
  const name = 'copies of partitions';
  if (from.shape === null || to.shape === null)
    return warned(
      name,
      'How many copies of a partition the sides have is not known.',
      'Run gadmin config get GPE.BasicConfig.Nodes on both.',
    );
  const seen = `${names.from} has ${count(from.shape.replicas, 'copy', 'copies')} of each partition, ${names.to} has ${to.shape.replicas}.`;
  if (from.shape.replicas === to.shape.replicas) return passed(name, seen);
  const next = 'Give both as many, unless you know that the smaller one can carry the load.';
  return equalReplicas ? failed(name, seen, next) : warned(name, seen, next);
}

interface Part {
  readonly cluster: CrrCluster;
  readonly read: ReadSide;
}

function kafkaCheck(from: Part, to: Part): Check {
  const name = 'how Kafka is spoken to';
  const problem = tlsProblem(from, to);
  if (problem !== null) return failed(name, problem.why, problem.next);
  const { port, tls } = wayTo(from.cluster, from.read);
  return passed(name, `${to.cluster.cluster} reads the Kafka of ${from.cluster.cluster} ${tls ? 'over' : 'without'} TLS on port ${port}.`);
}

function prefixCheck(from: ReadSide, to: ReadSide, names: Names): Check {
  const name = 'topic prefix';
  if (from.crr.prefix === null)
    return failed(
      name,
      `${names.from} does not tell its topic prefix.`,
      'Run gadmin config get System.CrossRegionReplication.TopicPrefix there.',
    );
  const needs = prefixBehind(from.crr.prefix);
  if (depthOf(needs) > longestChain) {
    return failed(
      name,
      `The topic prefix of ${names.to} would have ${depthOf(needs)} links, and topics would get names that Kafka refuses.`,
      `Install ${names.from} anew from a backup, so that its prefix is empty again.`,
    );
  }
  return passed(name, `${names.to} gets the topic prefix ${needs}${to.crr.prefix === needs ? ', which it has' : ''}.`);
}

/** Changes are replayed as their user, and a restore brings the users of the other side. Pure. */
export function superuserCheck({ primary, standby }: Pick<CrrSettings, Side>): Check {
  const name = 'superuser';
  const [one, other] = [primary.superuser, standby.superuser];
  if (one === null || other === null) {
    return failed(
      name,
      'The config names no superuser of GSQL for both clusters.',
      'Name one: without it queries are not installed anew, and changes of metadata are not counted.',
    );
  }
  const next = 'Use the same name and password on both clusters (ALTER PASSWORD) and in the config.';
  if (one.name !== other.name)
    return failed(name, `The superuser is ${one.name} on ${primary.cluster} and ${other.name} on ${standby.cluster}.`, next);
  if (one.password.reveal() !== other.password.reveal())
    return failed(
      name,
      `The config has one password for ${one.name} on ${primary.cluster} and another one on ${standby.cluster}, and a standby replays nothing that its own superuser may not do.`,
      next,
    );
  return passed(name, `The superuser is ${one.name} with one password on both sides.`);
}

function retentionCheck(from: ReadSide, names: Names): Check {
  const name = 'time that Kafka keeps records';
  const { hours, gigabytes } = from.retention;
  if (hours === null || gigabytes === null)
    return warned(
      name,
      `${names.from} does not tell how long its Kafka keeps records.`,
      'Check Kafka.RetentionHours and Kafka.RetentionSizeGB by hand.',
    );
  const seen = `The Kafka of ${names.from} keeps records for ${hours} h, or ${gigabytes} GB of each partition.`;
  return hours < 24
    ? warned(name, seen, 'Raise Kafka.RetentionHours: a backup has to be made, copied and restored in that time.')
    : passed(name, seen);
}

/** The backup that a restore means; null when it is not listed, or when nothing is restored. Pure. */
export function meantBackup(operation: Operation, { backups }: ReadSide): BackupRow | null {
  if (operation.kind !== 'restore' || backups.kind === 'unread') return null;
  const found = operation.backup === 'latest' ? newest(backups.rows) : backups.rows.find(({ tag }) => tag === operation.backup);
  return found ?? null;
}

/** Whether a backup that is there is of use to fill the other side. Pure. */
export function freshnessCheck(operation: Operation, from: ReadSide, cluster: string, now: number): Check | null {
  // Whether a moment is covered is told by the plan.
  if (operation.kind !== 'restore' || isMoment(operation.backup)) return null;
  const name = `${cluster}: the backup`;
  if (from.backups.kind === 'unread') return failed(name, from.backups.why, 'List the backups there by hand.');
  const wanted = meantBackup(operation, from);
  if (wanted === null)
    return failed(
      name,
      `${cluster} lists no backup ${operation.backup === 'latest' ? 'at all' : operation.backup}.`,
      'Show the list with the command backups.',
    );
  const { tag, version, base, createdAt } = wanted;
  if (version !== null && from.version !== null && version !== from.version.text) {
    return failed(
      name,
      `${tag} was made by ${version}, and ${cluster} runs ${from.version.text}.`,
      'Make a new backup: one of another version is not restored.',
    );
  }
  if (base !== null && !from.backups.rows.some((row) => row.tag === base))
    return failed(name, `${tag} builds on ${base}, which ${cluster} does not list.`, 'Choose a full backup.');
  const age = createdAt === null ? null : now - createdAt;
  const limit = from.retention.hours;
  if (age === null || limit === null)
    return warned(
      name,
      `How old ${tag} is, or how long Kafka keeps records, is not known.`,
      'See that what was written since is still kept.',
    );
  return age < limit * 3_600_000 || operation.from === 'own'
    ? passed(name, `${tag} was made ${spell(Math.max(0, age))} ago.`)
    : failed(name, `${tag} was made ${spell(age)} ago, and Kafka keeps records for ${limit} h only.`, 'Make a new backup.');
}
