import { type ChangeArgument, optional } from './argument.ts';
import { choice } from './arguments/choice.ts';
import { count } from './arguments/count.ts';
import { duration } from './arguments/duration.ts';
import { flag } from './arguments/flag.ts';
import { link } from './arguments/link.ts';
import { backup, name } from './arguments/name.ts';
import { operation } from './arguments/operation.ts';
import { person } from './arguments/person.ts';
import { run } from './arguments/run.ts';
import { rest, text } from './arguments/text.ts';
import { continueFrom, failoverTarget, time } from './arguments/time.ts';
import { topic } from './arguments/topic.ts';

/** An operation together with all arguments of its own command. At most one in a command, and before all words. */
const change = (): ChangeArgument => ({
  place: 'change',
  placeholder: 'OPERATION LINK …',
  about: 'an operation with the arguments of its own command',
});

/** The types of arguments that commands are declared with. */
export const arg = {
  backup,
  change,
  choice,
  continueFrom,
  count,
  duration,
  failoverTarget,
  flag,
  link,
  name,
  operation,
  person,
  rest,
  run,
  text,
  time,
  topic,
  optional,
} as const;
