import { otherSide, type Side } from '../../../domain/observation.ts';
import { spellTime } from '../../cockroach/spell.ts';
import type { Micros } from '../../cockroach/times.ts';
import { type Draft, personAct, personStep } from '../../frame/drafts.ts';
import { kinds } from '../acts.ts';
import type { LdrLink } from '../config.ts';
import { newestWriteQuery } from '../reads/writes.ts';
import type { Weighing } from '../weigh.ts';
import { tablesAt } from '../words.ts';
import { type Sent, sentConfirm } from './sent.ts';

/** What no database tells of a side that goes on from a time. */
interface Vouched {
  readonly into: Side;
  /** From when it goes on. */
  readonly at: Micros;
  /** Tables of which no job is listed. */
  readonly unlisted: readonly number[];
  /** Who wrote last on it; null where that does not matter. */
  readonly weighing: Weighing | null;
  /** The run that sent applications to it; null where none did. */
  readonly sent: Sent | null;
}

/** What no database tells, a person has to find out and to answer for. */
export function vouchSteps(link: LdrLink, { into, at, unlisted, weighing, sent }: Vouched): readonly Draft[] {
  const { settings } = link;
  const [here, there] = [settings[into].cluster, settings[otherSide(into)].cluster];
  const unread = weighing?.untold.map(({ pair }) => pair) ?? [];
  if (unlisted.length === 0 && unread.length === 0 && sent === null) return [];
  const queries = settings.tables.flatMap((names, pair) => (pair === unread[0] ? [newestWriteQuery(names[into])] : []));
  return [
    personStep(
      personAct(kinds.acceptLoss, `Confirm what the databases do not tell of ${here}`, [
        ...(sent === null ? [] : [sentConfirm(link, into, sent)]),
        ...(unlisted.length === 0
          ? []
          : [
              `${here} lists no job that brought ${tablesAt(settings, into, unlisted)}. Confirm that it has everything of ${there} up to ${spellTime(at)}: what it lacks from before never arrives, without notice.`,
            ]),
        ...(unread.length === 0
          ? []
          : [
              `Whether applications wrote into ${tablesAt(settings, into, unread)} on ${here} since ${spellTime(at)} could not be read. Such rows stay on ${here} alone, or are overwritten from ${there}. Find out, for each of them on ${here}:`,
              ...queries,
              'If there is a write since then, cancel.',
            ]),
        'Your name stands in the journal for it.',
      ]),
    ),
  ];
}
