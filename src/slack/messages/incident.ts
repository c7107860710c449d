import type { ChannelNotice } from '../../incidents/notices.ts';
import { ended } from './foreign.ts';
import { context, fields, header, type Message, message, section } from './message.ts';
import { channel, code, join, link as labelled, listed, type Mrkdwn, md, none, person, quoted, when } from './mrkdwn.ts';
import { duration, shortHash, stateWords, titleOf } from './words.ts';

type Notice = ChannelNotice['notice'];

/** What an incident channel shows of a run: for people who have no part in it and need to know what it means. Pure. */
export function renderIncident(notice: Notice, { permalink }: { readonly permalink: string | null }): Message {
  const { mark, word } = stateOf(notice);
  const title = titleOf(notice.operation, notice.link);
  return message(md`${title} (${notice.environment}): ${word}. ${latest(notice)}`, [
    header(`${mark} ${title}: ${word}`),
    section(join([md`${notice.summary}`, glass(notice), now(notice)])),
    fields(facts(notice)),
    context(md`${where(notice, permalink)} · run ${code(notice.run)} · plan ${code(shortHash(notice.planHash))} · ${notice.environment}`),
  ]);
}

function stateOf({ state, direction }: Notice): { readonly mark: string; readonly word: string } {
  if (state === 'running' && direction === 'undo') return { mark: '↩️', word: 'taking back what was done' };
  return stateWords[state];
}

function glass({ glassBroken }: Notice): Mrkdwn | null {
  return glassBroken === null
    ? null
    : md`🚨 *Break-glass:* ${person(glassBroken.person)} goes without approval. Reason: ${quoted(glassBroken.reason)}`;
}

function now(notice: Notice): Mrkdwn | null {
  const { halt, ending, step, state } = notice;
  if (halt !== null)
    return join([md`*What happened:* ${ended(halt.sentence)}`, md`*Databases:* ${ended(halt.databases)}`, md`*Next:* ${ended(halt.next)}`]);
  if (ending !== null) {
    return join([
      md`*Result:* ${ended(ending.sentence)}`,
      ending.databases === null ? null : md`*Databases:* ${ending.databases}`,
      ending.next === null ? null : md`*Next:* ${ending.next}`,
    ]);
  }
  if (step === null) return state === 'queued' ? md`*Now:* it waits for its start.` : null;
  return md`*Now:* step ${step.number} of ${step.of}, ${step.title}.`;
}

/** The same as one sentence for notifications. */
const latest = ({ halt, ending, step, summary }: Notice): Mrkdwn =>
  md`${halt?.sentence ?? ending?.sentence ?? (step === null ? summary : `Step ${step.number} of ${step.of}: ${step.title}.`)}`;

function facts(notice: Notice): readonly Mrkdwn[] {
  const { report } = notice;
  const why = notice.reason === null ? none : md`: ${quoted(notice.reason)}`;
  const approved = notice.approvedBy.length === 0 ? noApproval(notice) : listed(notice.approvedBy.map(person), 'and');
  const loss = report === null ? md`${notice.predictedLoss}` : measured(report.lossMs, notice.predictedLoss);
  const downtime = report === null ? md`${notice.predictedDowntime}` : measured(report.downtimeMs, notice.predictedDowntime);
  const shown = [
    md`*Asked by*\n${person(notice.askedBy)}${why}`,
    md`*Approved by*\n${approved}`,
    md`*Data lost*\n${loss}`,
    md`*Writes stopped*\n${downtime}`,
    notice.startedAt === null ? null : md`*Started*\n${when(notice.startedAt)}`,
    notice.endedAt === null ? null : md`*Ended*\n${when(notice.endedAt)}`,
  ];
  return shown.filter((fact) => fact !== null);
}

const noApproval = ({ glassBroken }: Notice): Mrkdwn => (glassBroken === null ? md`no approval was needed` : md`*nobody* (break-glass)`);

const measured = (ms: number | null, predicted: string): Mrkdwn =>
  md`${ms === null ? 'Could not be measured.' : ms === 0 ? 'Measured: none.' : `Measured: ${duration(ms)}.`} _Predicted:_ ${predicted}`;

function where({ thread }: Notice, permalink: string | null): Mrkdwn {
  if (permalink !== null) return labelled(permalink, 'Go to the thread');
  return thread === null ? md`The thread is being opened` : md`The thread is in ${channel(thread.channel)}`;
}
