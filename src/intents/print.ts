import type { ChangeIntent, Intent } from '../domain/intent.ts';
import type { BackupAction, Operation, Topology } from '../domain/operation.ts';
import { unreachable } from '../domain/unreachable.ts';
import { arg } from './arg.ts';
import { printDuration } from './arguments/duration.ts';
import { printQuoted } from './arguments/printed.ts';

const target = arg.failoverTarget();
const continued = arg.continueFrom();
const link = arg.link();
const person = arg.person();
const time = arg.time();

/** Text without `/repl` that parses to the same intent. */
export function print(intent: Intent): string {
  return wordsOf(intent)
    .filter((word) => word !== null)
    .join(' ');
}

type Words = readonly (string | null)[];

const flagIf = (given: boolean, name: string): string | null => (given ? name : null);
const valueIf = <T>(value: T | null, printed: (value: T) => string): string | null => (value === null ? null : printed(value));

function wordsOf(intent: Intent): Words {
  switch (intent.kind) {
    case 'help':
      return ['help', intent.topic];
    case 'links':
    case 'whoami':
    case 'doctor':
      return [intent.kind];
    case 'status':
      return ['status', valueIf(intent.link, link.print), flagIf(intent.json, '--json')];
    case 'describe':
      return ['describe', link.print(intent.link)];
    case 'lag':
      return ['lag', link.print(intent.link), `--over ${printDuration(intent.spanMs)}`];
    case 'inspect':
      return [intent.what, link.print(intent.link)];
    case 'preflight':
      return ['preflight', intent.operation, link.print(intent.link)];
    case 'plan':
      return ['plan', ...operationWords(intent.operation), flagIf(intent.json, '--json')];
    case 'change':
      return changeWords(intent);
    default:
      return furtherWords(intent);
  }
}

/** The second half of `wordsOf`: what is about runs and policy. */
function furtherWords(
  intent: Exclude<
    Intent,
    { kind: 'help' | 'links' | 'whoami' | 'doctor' | 'status' | 'describe' | 'lag' | 'inspect' | 'preflight' | 'plan' | 'change' }
  >,
): Words {
  switch (intent.kind) {
    case 'runs':
      return ['runs', valueIf(intent.link, link.print), flagIf(intent.all, '--all')];
    case 'run':
      return ['run', intent.run, flagIf(intent.json, '--json')];
    case 'approve':
    case 'cancel':
    case 'retry':
      return [intent.kind, intent.run];
    case 'deny':
      return ['deny', intent.run, valueIf(intent.reason, printQuoted)];
    case 'skip':
      return ['skip', intent.run, '--reason', printQuoted(intent.reason)];
    case 'policy-show':
      return ['policy show'];
    case 'policy-test': {
      const as = valueIf(intent.as, (ref) => `--as ${person.print(ref)}`);
      return ['policy test', intent.operation, link.print(intent.link), as, valueIf(intent.at, (at) => `--at ${time.print(at)}`)];
    }
    default:
      return unreachable(intent);
  }
}

function changeWords({ operation, reason, breakGlass, wait }: ChangeIntent): Words {
  return [
    ...operationWords(operation),
    valueIf(reason, (words) => `--reason ${printQuoted(words)}`),
    valueIf(breakGlass, (words) => `--break-glass ${printQuoted(words)}`),
    flagIf(wait, '--wait'),
  ];
}

const topologyWords = (topology: Topology | undefined): Words =>
  topology === undefined ? [] : [`--primaries ${topology.primaries}`, `--secondaries ${topology.secondaries}`];

const backupWords = (action: BackupAction): Words =>
  action.kind === 'delete'
    ? [`--delete ${action.backup}`]
    : [flagIf(action.mode === 'incremental', '--incremental'), valueIf(action.tag, (tag) => `--tag ${tag}`)];

function operationWords(operation: Operation): Words {
  const named = [operation.kind, link.print(operation.link)];
  switch (operation.kind) {
    case 'switchover':
      return [...named, valueIf(operation.maxWriteStopMs ?? null, (ms) => `--max-stop ${printDuration(ms)}`)];
    case 'failover':
      return [...named, `--to ${target.print(operation.to)}`, ...topologyWords(operation.topology)];
    case 'reader':
      return [...named, operation.on ? 'on' : 'off'];
    case 'retention':
      return [
        ...named,
        valueIf(operation.windowMs, (ms) => `--window ${printDuration(ms)}`),
        valueIf(operation.expirationMs, (ms) => `--expiration ${printDuration(ms)}`),
      ];
    case 'upgrade':
      return [...named, operation.phase ?? null];
    case 'backup':
      return [...named, ...backupWords(operation.action), valueIf(operation.on, (on) => `--on ${on}`)];
    case 'restore':
      return [...named, operation.backup, flagIf(operation.from === 'other', '--from-other'), valueIf(operation.on, (on) => `--on ${on}`)];
    case 'setup':
      return [...named, valueIf(operation.from ?? null, (from) => `--from ${continued.print(from)}`)];
    case 'fence':
      return [...named, valueIf(operation.keep ?? null, (keep) => `--keep ${keep}`)];
    case 'rebuild':
    case 'reconnect':
    case 'alter':
    case 'failback':
    case 'teardown':
    case 'verify':
    case 'pause':
    case 'resume':
      return named;
    default:
      return unreachable(operation);
  }
}
