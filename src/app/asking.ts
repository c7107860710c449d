import type { Caller } from '../app.ts';
import type { Intent } from '../domain/intent.ts';
import type { Person } from '../domain/person.ts';
import { isRefusal, refuse } from '../domain/refusal.ts';
import type { Reply } from '../domain/reply.ts';
import { unreachable } from '../domain/unreachable.ts';
import { helpFor } from '../intents/help.ts';
import { parse } from '../intents/parse.ts';
import { type AppDeps, notMember } from './deps.ts';
import type { Governing } from './governing.ts';
import { judgeFor, showPolicy, tellWho } from './judging.ts';
import { propose } from './proposing.ts';
import { check, describeLink, examine, inspect, listLinks, listRuns, planFor, showLag, showRun, showStatus } from './reading.ts';

/** Reads a text and carries out what it asks. */
export const createAsking =
  (deps: AppDeps, governing: Governing) =>
  async (text: string, caller: Caller): Promise<Reply> => {
    const intent = parse(text, deps.registry, { links: [...deps.links.keys()], now: deps.clock.now() });
    if (isRefusal(intent)) return intent;
    if (intent.kind === 'help') return help(deps, intent.topic);
    if (caller.external) {
      return refuse(
        'not-permitted',
        'This channel is shared with another organisation, so nothing about your links is shown or changed here.',
        'Ask again in a channel of your own workspace, or in a direct message.',
      );
    }
    const person = await deps.people.person(caller.person);
    if (intent.kind === 'whoami') return tellWho(deps, person);
    return notMember(person) ?? answer(deps, governing, intent, person, caller);
  };

function help(deps: AppDeps, topic: string | null): Reply {
  const found = helpFor(deps.registry, topic);
  return isRefusal(found) ? found : { kind: 'help', ...found };
}

type Routed = Exclude<Intent, { kind: 'help' | 'whoami' }>;

function answer(deps: AppDeps, governing: Governing, intent: Routed, person: Person, caller: Caller): Promise<Reply> | Reply {
  switch (intent.kind) {
    case 'links':
      return listLinks(deps);
    case 'status':
      return showStatus(deps, intent.link, intent.json);
    case 'describe':
      return describeLink(deps, intent.link);
    case 'lag':
      return showLag(deps, intent.link, intent.spanMs);
    case 'inspect':
      return inspect(deps, intent.what, intent.link);
    case 'preflight':
      return check(deps, intent.operation, intent.link);
    case 'plan':
      return planFor(deps, intent.operation, person, intent.json);
    case 'runs':
      return listRuns(deps, intent.link, intent.all);
    case 'run':
      return showRun(deps, intent.run, intent.json);
    case 'policy-show':
      return showPolicy(deps);
    case 'policy-test':
      return judgeFor(deps, intent, person);
    case 'doctor':
      return examine(deps);
    case 'change':
      return propose(deps, intent, person, caller);
    default:
      return govern(governing, intent, caller);
  }
}

type Governed = Extract<Intent, { kind: 'approve' | 'deny' | 'cancel' | 'retry' | 'skip' }>;

function govern(governing: Governing, intent: Governed, { person }: Caller): Promise<Reply> {
  const ballot = { run: intent.run, person, means: 'command', planHash: null } as const;
  switch (intent.kind) {
    case 'approve':
      return governing.vote({ ...ballot, choice: 'approve', reason: null });
    case 'deny':
      return governing.vote({ ...ballot, choice: 'veto', reason: intent.reason });
    case 'cancel':
      return governing.cancel(intent.run, person);
    case 'retry':
      return governing.retry(intent.run, person);
    case 'skip':
      return governing.skip(intent.run, person, intent.reason);
    default:
      return unreachable(intent);
  }
}
