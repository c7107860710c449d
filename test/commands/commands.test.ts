import { describe, expect, it } from 'vitest';
import type { Intent } from '../../src/domain/intent.ts';
import { type Operation, operationNames } from '../../src/domain/operation.ts';
import { isRefusal } from '../../src/domain/refusal.ts';
import { parse } from '../../src/intents/parse.ts';
import { exampleLinks } from '../../src/intents/registry.ts';
import { now, read, registry } from '../intents/registry-of-commands.ts';

const run = 'r-4k9zq0tm2x';
const asked = (operation: object, how: object = {}) => ({ kind: 'change', operation, reason: null, breakGlass: null, wait: false, ...how });
const latest = { kind: 'latest' };
const minutesAgo = (minutes: number) => ({ kind: 'time', at: now - minutes * 60_000 });

/** One line for each way in which a command can be written. */
const rows: readonly (readonly [text: string, intent: object])[] = [
  ['', { kind: 'help', topic: null }],
  [' \u00A0\u200B\n', { kind: 'help', topic: null }],
  ['/repl', { kind: 'help', topic: null }],
  ['--help', { kind: 'help', topic: null }],
  ['help', { kind: 'help', topic: null }],
  ['help failover', { kind: 'help', topic: 'failover' }],
  ['help /repl failover', { kind: 'help', topic: 'failover' }],
  ['help policy', { kind: 'help', topic: 'policy' }],
  ['help Policy  Test', { kind: 'help', topic: 'policy test' }],
  ['failover --help', { kind: 'help', topic: 'failover' }],
  ['policy test failover prod-sql -h', { kind: 'help', topic: 'policy test' }],
  ['failover --help=to', { kind: 'help', topic: 'failover' }],
  ['links', { kind: 'links' }],
  ['whoami', { kind: 'whoami' }],
  ['doctor', { kind: 'doctor' }],
  ['status', { kind: 'status', link: null, json: false }],
  ['Status prod-sql --json', { kind: 'status', link: 'prod-sql', json: true }],
  ['/repl status --json prod-sql', { kind: 'status', link: 'prod-sql', json: true }],
  ['describe prod-graph', { kind: 'describe', link: 'prod-graph' }],
  ['lag prod-sql', { kind: 'lag', link: 'prod-sql', spanMs: 6 * 3_600_000 }],
  ['lag --over=1d12h prod-sql', { kind: 'lag', link: 'prod-sql', spanMs: 36 * 3_600_000 }],
  ['Lag prod-sql \u2014over 90M', { kind: 'lag', link: 'prod-sql', spanMs: 90 * 60_000 }],
  ['preflight Switchover prod-sql', { kind: 'preflight', operation: 'switchover', link: 'prod-sql' }],
  ['plan pause prod-sql', { kind: 'plan', operation: { kind: 'pause', link: 'prod-sql' }, json: false }],
  ['plan --json switchover prod-sql', { kind: 'plan', operation: { kind: 'switchover', link: 'prod-sql' }, json: true }],
  [
    'plan failover prod-sql --to -10m --json',
    { kind: 'plan', operation: { kind: 'failover', link: 'prod-sql', to: minutesAgo(10) }, json: true },
  ],
  [
    'plan failover prod-sql --reason "a drill" --wait',
    { kind: 'plan', operation: { kind: 'failover', link: 'prod-sql', to: latest }, json: false },
  ],
  ['plan resume --reason failover prod-sql', { kind: 'plan', operation: { kind: 'resume', link: 'prod-sql' }, json: false }],
  ['switchover prod-sql', asked({ kind: 'switchover', link: 'prod-sql' })],
  ['switchover prod-sql --max-stop 1s', asked({ kind: 'switchover', link: 'prod-sql', maxWriteStopMs: 1000 })],
  ['switchover -max-stop=10m prod-sql', asked({ kind: 'switchover', link: 'prod-sql', maxWriteStopMs: 600_000 })],
  ['switchover prod-sql --Max-Stop 1M30S --wait', asked({ kind: 'switchover', link: 'prod-sql', maxWriteStopMs: 90_000 }, { wait: true })],
  ['failover prod-sql', asked({ kind: 'failover', link: 'prod-sql', to: latest })],
  ['failover prod-sql --to Latest', asked({ kind: 'failover', link: 'prod-sql', to: latest })],
  ['failover --to=-10m prod-sql', asked({ kind: 'failover', link: 'prod-sql', to: minutesAgo(10) })],
  ['failover prod-sql \u2014to \u201310m', asked({ kind: 'failover', link: 'prod-sql', to: minutesAgo(10) })],
  ['failover prod\u2013sql', asked({ kind: 'failover', link: 'prod-sql', to: latest })],
  ['failover\u00A0<http://prod-sql|prod-sql>\u200B', asked({ kind: 'failover', link: 'prod-sql', to: latest })],
  [
    'failover prod-sql --to 2026-11-20T12:59:59.999+01:00',
    asked({ kind: 'failover', link: 'prod-sql', to: { kind: 'time', at: now - 1 } }),
  ],
  [
    'failover prod-sql \u2014reason \u201Cregion\u2019s gone &amp; <@U1|bob> knows\u201D',
    asked({ kind: 'failover', link: 'prod-sql', to: latest }, { reason: 'region\u2019s gone & @bob knows' }),
  ],
  [
    `failover prod-sql --break-glass='nobody's awake'`,
    asked({ kind: 'failover', link: 'prod-sql', to: latest }, { breakGlass: `nobody's awake` }),
  ],
  ['pause prod-sql --reason maintenance', asked({ kind: 'pause', link: 'prod-sql' }, { reason: 'maintenance' })],
  ['pause prod-sql --reason "--wait"', asked({ kind: 'pause', link: 'prod-sql' }, { reason: '--wait' })],
  ['resume prod-sql --wait', asked({ kind: 'resume', link: 'prod-sql' }, { wait: true })],
  ['failback prod-sql --reason back', asked({ kind: 'failback', link: 'prod-sql' }, { reason: 'back' })],
  ['fence prod-sql', asked({ kind: 'fence', link: 'prod-sql' })],
  ['fence prod-sql --keep sql-east', asked({ kind: 'fence', link: 'prod-sql', keep: 'sql-east' })],
  ['teardown prod-sql', asked({ kind: 'teardown', link: 'prod-sql' })],
  ['failover prod-sql --to +10m', asked({ kind: 'failover', link: 'prod-sql', to: minutesAgo(-10) })],
  [
    'failover prod-graph --primaries 3 --secondaries 1',
    asked({ kind: 'failover', link: 'prod-graph', to: latest, topology: { primaries: 3, secondaries: 1 } }),
  ],
  [
    'failover prod-graph --primaries 3',
    asked({ kind: 'failover', link: 'prod-graph', to: latest, topology: { primaries: 3, secondaries: 0 } }),
  ],
  [
    'failover prod-graph --secondaries 2',
    asked({ kind: 'failover', link: 'prod-graph', to: latest, topology: { primaries: 1, secondaries: 2 } }),
  ],
  ['setup prod-graph', asked({ kind: 'setup', link: 'prod-graph' })],
  ['rebuild prod-sql', asked({ kind: 'rebuild', link: 'prod-sql' })],
  ['reconnect prod-sql', asked({ kind: 'reconnect', link: 'prod-sql' })],
  ['upgrade prod-sql', asked({ kind: 'upgrade', link: 'prod-sql' })],
  ['upgrade prod-sql finish', asked({ kind: 'upgrade', link: 'prod-sql', phase: 'finish' })],
  ['backup prod-sql', asked({ kind: 'backup', link: 'prod-sql', action: { kind: 'create', mode: 'full', tag: null }, on: null })],
  [
    'backup prod-sql --incremental --tag nightly --on tg-west',
    asked({ kind: 'backup', link: 'prod-sql', action: { kind: 'create', mode: 'incremental', tag: 'nightly' }, on: 'tg-west' }),
  ],
  ['backup prod-sql --delete w-1', asked({ kind: 'backup', link: 'prod-sql', action: { kind: 'delete', backup: 'w-1' }, on: null })],
  [
    'restore prod-sql 2026-11-20T03:12:00Z --on tg-east',
    asked({ kind: 'restore', link: 'prod-sql', backup: '2026-11-20T03:12:00Z', from: 'own', on: 'tg-east' }),
  ],
  ['restore prod-sql w-1 --on tg-east', asked({ kind: 'restore', link: 'prod-sql', backup: 'w-1', from: 'own', on: 'tg-east' })],
  [
    'restore prod-sql latest --from-other --on tg-west',
    asked({ kind: 'restore', link: 'prod-sql', backup: 'latest', from: 'other', on: 'tg-west' }),
  ],
  ['alter prod-sql', asked({ kind: 'alter', link: 'prod-sql' })],
  ['reader prod-sql ON', asked({ kind: 'reader', link: 'prod-sql', on: true })],
  ['reader prod-sql off --reason tidying', asked({ kind: 'reader', link: 'prod-sql', on: false }, { reason: 'tidying' })],
  ['retention prod-sql', asked({ kind: 'retention', link: 'prod-sql', windowMs: null, expirationMs: null })],
  ['retention prod-sql --window 6h', asked({ kind: 'retention', link: 'prod-sql', windowMs: 21_600_000, expirationMs: null })],
  ['retention prod-sql --expiration 2d', asked({ kind: 'retention', link: 'prod-sql', windowMs: null, expirationMs: 172_800_000 })],
  ['dlq prod-sql', { kind: 'inspect', what: 'dlq', link: 'prod-sql' }],
  ['backups prod-graph', { kind: 'inspect', what: 'backups', link: 'prod-graph' }],
  ['topology prod-graph', { kind: 'inspect', what: 'topology', link: 'prod-graph' }],
  ['verify prod-sql', asked({ kind: 'verify', link: 'prod-sql' })],
  ['runs', { kind: 'runs', link: null, all: false }],
  ['runs prod-sql --all', { kind: 'runs', link: 'prod-sql', all: true }],
  [`run ${run} --json`, { kind: 'run', run, json: true }],
  ['run R-4K9ZQOTM2X', { kind: 'run', run, json: false }],
  [`approve ${run}`, { kind: 'approve', run }],
  [`deny ${run}`, { kind: 'deny', run, reason: null }],
  [`deny ${run} wrong link, don't`, { kind: 'deny', run, reason: `wrong link, don't` }],
  [`deny ${run} "wrong --link"`, { kind: 'deny', run, reason: 'wrong --link' }],
  [`deny --reason "wrong link" ${run}`, { kind: 'deny', run, reason: 'wrong link' }],
  [`cancel ${run}`, { kind: 'cancel', run }],
  [`retry ${run}`, { kind: 'retry', run }],
  [`skip ${run} --reason "done by hand"`, { kind: 'skip', run, reason: 'done by hand' }],
  ['policy show', { kind: 'policy-show' }],
  ['policy test pause prod-sql', { kind: 'policy-test', operation: 'pause', link: 'prod-sql', as: null, at: null }],
  [
    'policy test failover prod-sql --as @bob --at 2026-12-24T10:00Z',
    { kind: 'policy-test', operation: 'failover', link: 'prod-sql', as: { kind: 'name', name: 'bob' }, at: Date.UTC(2026, 11, 24, 10) },
  ],
  [
    'policy test failover prod-sql --as <@U1|bob> --at +2h',
    { kind: 'policy-test', operation: 'failover', link: 'prod-sql', as: { kind: 'id', id: 'U1' }, at: now + 7_200_000 },
  ],
];

describe('a command', () => {
  it.each(rows)('%j is understood', (text, intent) => {
    expect(read(text)).toEqual(intent);
  });

  it('has a row above, whichever it is', () => {
    const first = new Set(
      rows.map(([text]) =>
        text
          .toLowerCase()
          .replace('/repl ', '')
          .replace(/\u00A0/g, ' '),
      ),
    );
    const missing = registry.commands.filter(({ name }) => ![...first].some((text) => text === name || text.startsWith(`${name} `)));
    expect(missing.map(({ name }) => name)).toEqual([]);
    expect(registry.commands.length).toBeGreaterThanOrEqual(34);
  });

  it('is planned by putting "plan" before it, with everything that it takes', () => {
    const examples = registry.commands.flatMap((command) =>
      command.risk === 'change' || command.risk === 'danger' ? command.examples : [],
    );
    const operations: Operation[] = examples.map((example) => {
      const [asking, planning] = [example, example.replace('/repl ', '/repl plan ')].map((text) =>
        parse(text, registry, { links: exampleLinks, now }),
      ) as Intent[];
      if (asking?.kind !== 'change' || planning?.kind !== 'plan') throw new TypeError(`${example} cannot be planned`);
      expect(planning.operation).toEqual(asking.operation);
      return asking.operation;
    });
    expect(new Set(operations.map(({ kind }) => kind))).toEqual(new Set(operationNames));
  });

  it('changes nothing when it is misspelt by any one letter left out of its name', () => {
    let tried = 0;
    for (const { name } of registry.commands) {
      for (let at = 0; at < name.length; at++) {
        const typo = name.slice(0, at) + name.slice(at + 1);
        if (registry.topics.includes(typo)) continue;
        const answer = read(`${typo} prod-sql`);
        if (!isRefusal(answer)) throw new TypeError(`"${typo}" was understood`);
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(100);
  });
});
