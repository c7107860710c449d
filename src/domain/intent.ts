import type { LinkId, RunId } from './ids.ts';
import type { InspectionName, Operation, OperationName } from './operation.ts';

/** Somebody as named in a command: an id when Slack escaped the mention, else the name as typed. */
export type PersonRef = { readonly kind: 'id'; readonly id: string } | { readonly kind: 'name'; readonly name: string };

/** What a person asked for, typed and complete. `parse` makes it from text, `print` makes text from it. */
export type Intent =
  | { readonly kind: 'help'; readonly topic: string | null }
  | { readonly kind: 'links' }
  | { readonly kind: 'status'; readonly link: LinkId | null; readonly json: boolean }
  | { readonly kind: 'describe'; readonly link: LinkId }
  | { readonly kind: 'lag'; readonly link: LinkId /** How far back, ms. */; readonly spanMs: number }
  | { readonly kind: 'inspect'; readonly what: InspectionName; readonly link: LinkId }
  | { readonly kind: 'preflight'; readonly operation: OperationName; readonly link: LinkId }
  | { readonly kind: 'plan'; readonly operation: Operation; readonly json: boolean }
  | { readonly kind: 'runs'; readonly link: LinkId | null; readonly all: boolean }
  | { readonly kind: 'run'; readonly run: RunId; readonly json: boolean }
  | { readonly kind: 'policy-show' }
  | {
      readonly kind: 'policy-test';
      readonly operation: OperationName;
      readonly link: LinkId;
      readonly as: PersonRef | null /** ms since the epoch; null is now. */;
      readonly at: number | null;
    }
  | { readonly kind: 'whoami' }
  | { readonly kind: 'doctor' }
  | { readonly kind: 'approve'; readonly run: RunId }
  | { readonly kind: 'deny'; readonly run: RunId; readonly reason: string | null }
  | { readonly kind: 'cancel'; readonly run: RunId }
  | { readonly kind: 'retry'; readonly run: RunId }
  | { readonly kind: 'skip'; readonly run: RunId; readonly reason: string }
  | ChangeIntent;

/** Asks for a change to a link. */
export interface ChangeIntent {
  readonly kind: 'change';
  readonly operation: Operation;
  /** Why, in the requester's words. */
  readonly reason: string | null;
  /** The reason for going without approval; null when approval is to be asked. */
  readonly breakGlass: string | null;
  /** Wait in line when another run holds the link. */
  readonly wait: boolean;
}

export type IntentKind = Intent['kind'];
