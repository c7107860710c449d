/** What the tools of TigerGraph print, as data. */
const esc = String.fromCodePoint(27);

const aService = (name: string, status = 'Online', process = 'Running'): readonly string[] => [name, status, process];

export const allServices = [
  aService('ADMIN#1'),
  aService('CTRL#1'),
  aService('GPE_1#1'),
  aService('GSE_1#1'),
  aService('GSQL#1'),
  aService('KAFKA#1'),
  aService('KAFKACONN#1'),
  aService('RESTPP#1'),
] as const;

const border = (columns: number): string => `+${Array.from({ length: columns }, () => '-------------------------').join('+')}+`;
const row = (cells: readonly string[]): string => `|${cells.map((cell) => ` ${cell} `).join('|')}|`;

/** A table as gadmin draws it. */
export function drawn(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = border(titles.length);
  return [line, row(titles), line, ...rows.map(row), line, ''].join('\n');
}

export const statusTitles = ['   Service Name    ', 'Service Status', 'Process State'];

export const status = (rows: readonly (readonly string[])[] = allServices): string => drawn(statusTitles, rows);

export const statusWithPids = drawn(
  [...statusTitles, 'Process ID'],
  [...allServices.map((cells) => [...cells, '20287']), ['GPE_1#2', 'StatusUnknown', 'StateUnknown', 'Unknown PID']],
);

export const staleWarning =
  '[Warning] Status might not be up-to-date due to sync data error; failed to get latest offset, err is "kafka: client has run out of available brokers to talk to (Is your cluster reachable?)"';

export const coloured = (text: string): string => text.replace(/Online|Running/g, (word) => `${esc}[32m${word}${esc}[0m`);
export const fromWindows = (text: string): string => text.replaceAll('\n', '\r\n');
export const tabbed = (text: string): string => text.replaceAll('| ', '|\t');

export const connectorTitles = ['CONNECTOR NAME', ' CONNECTOR WORKID', 'CONNECTOR STATUS', 'TASK ID', 'TASK STATUS', 'TASK WORKID'];
export const aTask = (name = 'infr_mm', state = 'RUNNING', taskState = 'RUNNING'): readonly string[] => [
  name,
  '10.0.1.11:30003',
  state,
  '0',
  taskState,
  '10.0.1.11:30003',
];
export const connector = (rows: readonly (readonly string[])[]): string => drawn(connectorTitles, rows);

export const hostList = '[{"Hostname":"172.31.92.8","ID":"m1","Region":""},{"Hostname":"172.31.91.127","ID":"m2","Region":""}]';
export const gpeNodes = '[{"HostID":"m1","Partition":1,"Replica":1},{"HostID":"m2","Partition":1,"Replica":2}]';

export const version = `TigerGraph version: 3.9.3
product          tg_3.9.3_dev      559b6532eaf39c8e8074d2fa4960bb5158424aaa  2023-09-28 19:58:18 -0700
cqrs             tg_3.9.3_dev      4fcd48bd393e9c63016e01bc2783da0311ed9b38  2023-10-04 15:20:34 -0700
`;

export const backupsOld = `|           TAG            |  SIZE    |     CREATED AT      |
| weekly-2022-10-22T133912 | 2.6 MB   | 2022-10-22 13:39:12 |
`;
export const backupsTyped = drawn(
  ['TAG', 'TYPE', 'VERSION', 'SIZE', 'CREATED AT'],
  [
    ['backup_tag-2024-02-26T061818', 'FULL', '3.10.0', '1.7 GB', '2024-02-26 06:18:19'],
    ['captest', 'FULL', '4.1.4', '7.3 MB', '2026-07-06T20:33:03Z'],
  ],
);
export const backupsChained = drawn(
  ['TAG', 'TYPE', 'VERSION', 'SIZE', 'BASE', 'POINT-IN-TIME START TIME', 'CREATED AT'],
  [
    ['backup-2024-06-13T061939.131', 'FULL', '4.1.0', '1.6 MB', '', '', '2024-06-13T06:19:39Z'],
    [
      'backup-2024-06-13T063915.054',
      'INCREMENTAL',
      '4.1.0',
      '1.5 MB',
      'backup-2024-06-13T061939.131',
      '2024-06-13T06:19:39Z',
      '2024-06-13T06:39:15Z',
    ],
  ],
);

export const help = (words: string, commands: readonly string[], flags: readonly string[] = []): string =>
  [
    'Usage:',
    `  gadmin ${words} [flags]`,
    '',
    ...(commands.length === 0 ? [] : ['Available Commands:', ...commands.map((name) => `  ${name.padEnd(12)}what it does`), '']),
    'Flags:',
    ...flags.map((flag) => `      ${flag} string   what it is for`),
    '  -h, --help   help',
    '',
  ].join('\n');
