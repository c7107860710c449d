import type { Refusal } from '../../../domain/refusal.ts';
import { quoteIdentifier } from '../../../transports/sql-quoting.ts';
import { isAtLeast } from '../../cockroach/version.ts';
import { changeStep, type Draft, lookStep, notNow, noUndo, type Outline, personStep } from '../../frame/drafts.ts';
import { tuningKinds } from '../acts/tuning.ts';
import { actsFor } from '../acts.ts';
import { certificateSteps } from '../certificates.ts';
import type { PcrDetail } from '../detail.ts';
import { renewalSteps } from '../making.ts';
import type { Phase } from '../phase.ts';
import { connectionIn } from '../route.ts';
import { promotionUnderWay, type Scene } from '../scene.ts';
import { pausedWords, phaseWords } from '../words.ts';
import { expiredRefusal } from './pause.ts';

/** Telling a new address is answered at once; a pause and a resume take seconds, ms. */
const budgetMs = 180_000;
/** A stream that stood still has to connect and to send before it is seen to move, ms. */
const proofBudgetMs = 10 * 60_000;

/** What a stream is in that may have stood still for longer than its source waits. */
const isStill: readonly Phase[] = ['paused', 'gave-up', 'retrying'];

/** Plans that a running stream takes the address, password and certificate that its external connection is to hold now. Pure. */
export function planReconnect(scene: Scene, detail: PcrDetail): Outline | Refusal {
  const { link, follower, here, there } = scene;
  const underWay = promotionUnderWay('reconnect', scene);
  if (underWay !== null) return underWay;
  const expired = isStill.includes(follower.phase) ? expiredRefusal(scene) : null;
  if (expired !== null) return expired;
  const connection = connectionOf(scene);
  if (typeof connection !== 'string') return connection;
  const acts = actsFor(link.settings);
  const replacing = replacement(scene, connection, detail);
  const byHand = replacing.some(({ by }) => by === 'person');
  return {
    summary: `Let ${here} connect to ${there} anew by its external connection ${connection}, and see that it goes on.`,
    steps: [
      ...replacing,
      changeStep(acts.bounce(follower.side), budgetMs, noUndo('The stream has connected anew; there is nothing to take back.'), {
        pointOfNoReturn: true,
      }),
      lookStep(acts.proveCatchUp(follower.side, Number.MAX_SAFE_INTEGER), proofBudgetMs),
    ],
    predictedLoss: { ms: 0, words: `No write is lost; ${here} falls some seconds behind and catches up.` },
    predictedDowntime: { ms: 0, words: 'Applications are not affected.' },
    warnings: [
      `If the new address, password or certificate is wrong, ${here} stops following, and what it holds grows old until that is mended. Keep the old password valid until ${here} is seen to move.`,
      ...(byHand
        ? []
        : [`What the connection holds now is overwritten and can't be read back: the config must be right before you approve.`]),
      ...wayBack(scene),
      ...(follower.phase === 'paused' ? [`On ${here}, ${pausedWords(follower.vc)}; afterwards it follows again.`] : []),
    ],
  };
}

/** The other direction is not in use, so nothing tells that it holds what has run out. */
function wayBack({ link, source, here, there }: Scene): readonly string[] {
  const name = link.settings.streams[source];
  if (name === null) return [];
  return [
    `Only the way from ${here} to ${there} is changed: the external connection ${name} on ${there}, which a failback goes by, keeps what it holds. If its password, address or certificate has changed as well, replace it there by hand.`,
  ];
}

/** The external connection by which the follower follows; a refusal when it is another one than the config's, or none. */
function connectionOf({ link, follower, here, there }: Scene): string | Refusal {
  const { vc, side, phase } = follower;
  const uri = vc.sourceUri ?? '';
  const named = link.settings.streams[side];
  const key = `settings.streams.${side === 'primary' ? 'toPrimary' : 'toStandby'}.externalConnection`;
  if (uri === '') return notNow(`On ${here}, ${phaseWords[phase]}, and it does not say how it reaches ${there}.`, 'Ask again in a moment.');
  const used = connectionIn(uri);
  if (used === null) {
    return notNow(
      `${here} follows ${there} by an address that was given when the stream was made (${uri}), and CockroachDB can't change that.`,
      `Create an external connection on ${here} that leads to ${there}, name it in the config (${key}), and give ${here} a new copy by it: /repl teardown ${link.id}, then /repl rebuild ${link.id}. Nothing protects ${there} until that copy is complete, which can take hours, so choose the time.`,
    );
  }
  if (named === used) return used;
  return notNow(
    `${here} follows ${there} by the external connection ${used}, but the config of ${link.id} names ${named ?? 'none'}.`,
    `Correct the config: ${key}: ${used}.`,
  );
}

/** The bot replaces the connection when the config says what it is to hold; otherwise a person does. */
function replacement({ link, follower, sourceRead, here, there }: Scene, connection: string, detail: PcrDetail): readonly Draft[] {
  // Where nothing answers the bot, the nodes may still get through, at another address. One that keeps only the bot out can be tried.
  const proves = sourceRead.kind === 'read' || sourceRead.kind === 'locked';
  const renewal = renewalSteps(link, follower.side, follower.read, proves);
  // Up to v23.2 the connection holds no certificate but the path of a file, which has to be the new one before the stream connects.
  const trust = isAtLeast(follower.read.release, 24, 1) ? 'inline' : 'path';
  if (renewal.length > 0) return [...certificateSteps(link, follower.side, trust, detail), ...renewal];
  const name = quoteIdentifier(connection);
  const words = isAtLeast(follower.read.release, 25, 4)
    ? `ALTER EXTERNAL CONNECTION ${name} AS '<the new URI>'`
    : `DROP EXTERNAL CONNECTION ${name}; CREATE EXTERNAL CONNECTION ${name} AS '<the new URI>'`;
  return [
    personStep({
      kind: tuningKinds.replaceByHand,
      title: `Replace the external connection ${connection} on ${here}, so that it leads to ${there} with what is valid now`,
      cluster: null,
      side: null,
      statements: [words],
      params: {},
    }),
  ];
}
