import { z } from 'zod';
import { asChannelId, asRunId, type ChannelId, type RunId } from '../domain/ids.ts';
import type { Heard } from './heard.ts';

/** The only modal: why a step is skipped. */
export const skipCallback = 'replops:skip';
const reasonBlock = 'reason';
const reasonAction = 'text';
/** Slack shows a longer one, but nobody reads it. */
const longestReason = 1000;
/** Slack cuts an error under an input at about this length. */
const longestComplaint = 300;

const noted = z.object({ run: z.string().min(1), step: z.string().nullable(), channel: z.string().nullable() });

export interface SkipNote {
  readonly run: RunId;
  /** The step that the person saw; null when the button named none. */
  readonly step: string | null;
  /** Where to answer. */
  readonly channel: ChannelId | null;
}

/** The view that asks why a step is skipped. */
export function skipView(note: SkipNote): Readonly<Record<string, unknown>> {
  const step = note.step === null ? 'the step on which it stands' : `step ${note.step}`;
  return {
    type: 'modal',
    callback_id: skipCallback,
    private_metadata: JSON.stringify(note),
    title: { type: 'plain_text', text: 'Skip a step' },
    submit: { type: 'plain_text', text: 'Skip it' },
    close: { type: 'plain_text', text: 'Keep it' },
    blocks: [
      {
        type: 'section',
        text: {
          type: 'plain_text',
          text: `Run ${note.run} goes on without ${step}. Nothing checks that its effect is there, and the next steps are carried out all the same.`,
        },
      },
      {
        type: 'input',
        block_id: reasonBlock,
        label: { type: 'plain_text', text: 'Why it can be skipped' },
        hint: { type: 'plain_text', text: 'Goes into the journal and the audit trail under your name.' },
        element: { type: 'plain_text_input', action_id: reasonAction, multiline: true, max_length: longestReason },
      },
    ],
  };
}

type Submitted = Extract<Heard, { kind: 'submitted' }>;

/** What a submitted modal asks for; null when it is none of ours. */
export function readSkip(submitted: Submitted): { readonly note: SkipNote; readonly reason: string } | null {
  if (submitted.callback !== skipCallback) return null;
  let metadata: unknown;
  try {
    metadata = JSON.parse(submitted.metadata);
  } catch {
    return null;
  }
  const { success, data } = noted.safeParse(metadata);
  if (!success) return null;
  const reason = (submitted.values[reasonBlock]?.[reasonAction] ?? '').trim();
  return {
    note: { run: asRunId(data.run), step: data.step, channel: data.channel === null ? null : asChannelId(data.channel) },
    reason: reason.slice(0, longestReason),
  };
}

/**
 * The acknowledgement that keeps a modal open: with the given complaint, or with what is wrong with its inputs; null when nothing is.
 */
export function faultyView(submitted: Submitted, complaint: string | null): Readonly<Record<string, unknown>> | null {
  const skip = readSkip(submitted);
  const wrong =
    complaint ?? (skip !== null && skip.reason === '' ? 'Give a reason: it is what an auditor will read a year from now.' : null);
  return wrong === null ? null : { response_action: 'errors', errors: { [reasonBlock]: wrong.slice(0, longestComplaint) } };
}
