import { otherSide, type Side } from '../../domain/observation.ts';
import type { Asked } from '../../domain/plan.ts';
import {
  checksumsCommand,
  configGet,
  curlWithConfig,
  followingQuestions,
  gadminQuestion,
  groundQuestions,
  hasFolder,
  kafkaCommands,
  kafkaFinders,
  kafkaTool,
  replicationUrls,
  runningQuestions,
  standingQuestions,
  storedQuestions,
  sumOf,
  versionQuestion,
} from './commands.ts';
import type { CrrSettings } from './config.ts';
import { portQuestion } from './port-question.ts';
import { countQuestions } from './sign-commands.ts';

/** A remark of the shell's own. */
const remarked = (command: string, remark: string): string => `${command} # ${remark}`;

/** Stand for what only the cluster knows: the questions before tell it. */
const root = '<System.AppRoot>';
const tool = (command: string): string => kafkaTool(root, '<java>', command);

/** How far every replicated topic has come. */
function positionsOn({ settings }: From, side: Side): readonly string[] {
  const properties = settings[side].brokers.clientProperties;
  const server = { address: `<gmyip>:<${properties === null ? 'Kafka.Port' : 'Kafka.Security.SSL.Port'}>`, properties };
  return [
    ...groundQuestions,
    ...kafkaFinders(root),
    remarked(tool(kafkaCommands.ends(server)), 'only where the node has this tool'),
    remarked(tool(kafkaCommands.topics(server)), 'only where it has not'),
    remarked(tool(kafkaCommands.endOf(server, '<topic>')), 'only where it has not; of every replicated topic'),
  ];
}

/** A checksum of the newest record of every partition. */
function newestOn({ settings }: From, side: Side): readonly string[] {
  const properties = settings[side].brokers.clientProperties;
  const server = { address: `<gmyip>:<${properties === null ? 'Kafka.Port' : 'Kafka.Security.SSL.Port'}>`, properties };
  return [
    remarked(
      sumOf(tool(kafkaCommands.record(server, '<topic>', '<partition>', '<newest>'))),
      'of the newest record of every partition of every replicated topic',
    ),
  ];
}

const [firstUrl, secondUrl] = replicationUrls;

/** The number of the newest change of metadata. */
const sequence: readonly string[] = [
  curlWithConfig(firstUrl),
  remarked(curlWithConfig(secondUrl), 'only where the one before does not answer'),
];

const restarted = 'only where it followed once and follows nobody; on every node';

/** Whether services go by what is applied. */
const standing: readonly string[] = [
  ...standingQuestions.map((question) => remarked(question, 'only where it follows nobody and its services are up')),
  ...runningQuestions('<System.DataRoot>', '<pids>').map((question) => remarked(question, restarted)),
];

interface From {
  readonly settings: CrrSettings;
  readonly side: Side;
}

/** What steps ask, and of whom: the step's own node, and of the other side the first node that answers. */
export const asks = {
  following: (from: From): readonly Asked[] => [here(from, followingQuestions)],
  serving: (from: From): readonly Asked[] => [here(from, [...followingQuestions, ...standing])],
  oneServing: (from: From): readonly Asked[] => [
    here(from, [...followingQuestions, ...standing]),
    there(from, [...followingQuestions, ...standing]),
  ],
  keepsUp: (from: From): readonly Asked[] => [
    here(from, [...followingQuestions, ...sequenceOn(from, from.side), ...positionsOn(from, from.side), ...newestOn(from, from.side)]),
    there(from, [
      ...sequenceOn(from, otherSide(from.side)),
      ...positionsOn(from, otherSide(from.side)),
      ...newestOn(from, otherSide(from.side)),
    ]),
  ],
  equal: (from: From): readonly Asked[] => [
    here(from, [...followingQuestions, ...positionsOn(from, from.side), ...newestOn(from, from.side), ...sequenceOn(from, from.side)]),
    there(from, [...followingQuestions, ...standing, ...positionsOn(from, otherSide(from.side)), ...newestOn(from, otherSide(from.side))]),
  ],
  inStep: (from: From): readonly Asked[] => [
    here(from, [...sequenceOn(from, from.side), ...countQuestions]),
    there(from, [...sequenceOn(from, otherSide(from.side)), ...countQuestions]),
  ],
  reach: (from: From): readonly Asked[] => [
    here(from, [
      ...followingQuestions,
      configGet('System.CrossRegionReplication.PrimaryKafkaIPs'),
      configGet('System.CrossRegionReplication.PrimaryKafkaPort'),
      remarked(portQuestion('<PrimaryKafkaIPs>', '<PrimaryKafkaPort>'), 'on every node, for every address'),
    ]),
  ],
  parts: (from: From, folder: string, backup: string): readonly Asked[] => [here(from, checksums(folder, backup))],
  version: (from: From): readonly Asked[] => [here(from, [versionQuestion]), there(from, [versionQuestion])],
  files: (from: From, folders: { readonly here: string; readonly there: string }, backup: string): readonly Asked[] => [
    on(from, from.side, checksums(folders.here, backup)),
    on(from, otherSide(from.side), checksums(folders.there, backup)),
  ],
  stored: (from: From, folder: string, backup: string): readonly Asked[] => [
    here(from, [
      versionQuestion,
      ...countQuestions,
      remarked(hasFolder(folder, backup), 'on every node; and of what it builds on'),
      ...storedQuestions(folder, backup).map((question) => remarked(question, 'only where the folder is there')),
    ]),
  ],
} as const;

const on = ({ settings }: From, side: Side, statements: readonly string[]): Asked => ({ cluster: settings[side].cluster, statements });

const here = (from: From, statements: readonly string[]): Asked => on(from, from.side, statements);

const there = (from: From, statements: readonly string[]): Asked => on(from, otherSide(from.side), [gadminQuestion, ...statements]);

/** Nobody but a superuser of GSQL is told it. */
const sequenceOn = ({ settings }: From, side: Side): readonly string[] => (settings[side].superuser === null ? [] : sequence);

const checksums = (folder: string, backup: string): readonly string[] => [
  remarked(checksumsCommand(folder, backup), 'on every node, as a job that goes on by itself'),
];
