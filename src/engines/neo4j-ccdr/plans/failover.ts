import type { Side } from '../../../domain/observation.ts';
import type { Operation, Topology } from '../../../domain/operation.ts';
import type { Estimate } from '../../../domain/plan.ts';
import { isRefusal, type Refusal, refuse } from '../../../domain/refusal.ts';
import { changeStep, type Draft, lookStep, noUndo, type Outline, personAct, personStep, undoBy } from '../../frame/drafts.ts';
import { type Acts, actsFor, type Before, kinds } from '../acts.ts';
import type { CcdrLink } from '../config.ts';
import { aliasSteps, changeBudgetMs, lookBudgetMs } from '../creation.ts';
import type { CcdrDetail } from '../detail.ts';
import { identityOf } from '../identity.ts';
import { roomObstacle } from '../preflights/creation.ts';
import { missingPrivileges } from '../preflights/privileges.ts';
import { redirectAct, redirectWarnings } from '../redirect.ts';
import { formOf, promotable, type Scene, sceneOf, unled, wayBackObstacle } from '../scene.ts';
import { copiesOf, isOnline, writableOf } from '../state.ts';
import { accessStatement, type Form } from '../statements.ts';
import { notCopiedTo, previewWarnings, unprotected } from '../warnings.ts';
import { problemOf, spell, transactions } from '../words.ts';
import { electionMs } from './switchover.ts';

type Failover = Extract<Operation, { kind: 'failover' }>;

const electionBudgetMs = 10 * 60_000;
/** Stores of new copies have to be copied, ms. */
const topologyBudgetMs = 12 * 3_600_000;

/** Plans the promotion of the replica as it is. The other side is fenced first where it can be. Pure. */
export function planFailover(operation: Failover, link: CcdrLink, detail: CcdrDetail): Outline | Refusal {
  const scene = sceneOf('failover', link, detail);
  if (isRefusal(scene)) return scene;
  const { follower, here, there } = scene;
  const form = formOf('failover', link, here, follower.read);
  if (isRefusal(form)) return form;
  const refusal = inputRefusal(operation, scene) ?? unled('failover', link, here, follower.read) ?? promotable('failover', scene);
  if (refusal !== null) return refusal;
  const acts = actsFor(link.settings);
  const fence = fenceSteps(scene, acts);
  return {
    summary: `Promote ${follower.view.name} on ${here} as it is, and let it take over from ${there}.`,
    steps: [
      ...fence.steps,
      ...promotionSteps(operation, scene, acts, form, fence.before),
      personStep(redirectAct(link, here)),
      ...fence.after,
      ...topologySteps(operation, scene, acts, fence.before),
    ],
    predictedLoss: lossOf(scene),
    predictedDowntime: {
      ms: electionMs,
      words: `${here} normally has a writer within ${spell(electionMs)} after its promotion; then people redirect the traffic.`,
    },
    warnings: [
      ...fence.warnings,
      ...stateWarnings(scene),
      ...topologyWarnings(operation, scene, fence.before),
      unprotected(link.id, here, there, wayBackObstacle(scene)),
      ...notCopiedTo(here, missingPrivileges(link.settings, detail, follower.side)),
      ...redirectWarnings(link),
      ...previewWarnings(form),
    ],
  };
}

function promotionSteps({ topology }: Failover, scene: Scene, acts: Acts, form: Form, before: Before): readonly Draft[] {
  const { follower, remote, link } = scene;
  const database = follower.view.name;
  const pair = { database, remote };
  return [
    lookStep(acts.takeStock(follower.side, pair), lookBudgetMs),
    changeStep(
      acts.promote(follower.side, { ...pair, form, topology: topology ?? null, before }),
      changeBudgetMs,
      noUndo('A promoted database never follows again.'),
      { pointOfNoReturn: true },
    ),
    lookStep(acts.awaitWriter(follower.side, database), electionBudgetMs),
    ...aliasSteps(link, acts, follower.side, follower.read, database),
  ];
}

/**
 * Copies that a new topology asks for take hours to make, and the writer serves meanwhile: nobody waits for them but the run. Where
 * the other side may come back and take writes, not even the run does, since the link has to be free for a fence.
 */
const topologySteps = ({ topology }: Failover, { follower: { side, view } }: Scene, acts: Acts, before: Before): readonly Draft[] =>
  topology === undefined || before === 'unreachable' ? [] : [lookStep(acts.awaitTopology(side, view.name, topology), topologyBudgetMs)];

const topologyWarnings = ({ topology }: Failover, { link, follower, here }: Scene, before: Before): readonly string[] =>
  topology === undefined
    ? []
    : [
        `New copies of ${follower.view.name} on ${here} are made while it serves, which can take hours${before === 'unreachable' ? `; the run does not wait for them, and /repl status ${link.id} tells when they are there` : ''}.`,
      ];

interface Fence {
  readonly before: Before;
  readonly steps: readonly Draft[];
  readonly after: readonly Draft[];
  readonly warnings: readonly string[];
}

/** What keeps the side that is given up from taking writes. */
function fenceSteps({ link, source, sourceRead, there, remote }: Scene, acts: Acts): Fence {
  if (sourceRead.kind !== 'read' || (sourceRead.by !== 'leader' && writableOf(sourceRead) !== 'no')) {
    const why = problemOf(there, sourceRead) ?? `No leader of the system database of ${there} could be found.`;
    return {
      before: 'unreachable',
      steps: [],
      after: [byHand(link, there, remote)],
      warnings: [cantFence(link, there, why), onePlace(there)],
    };
  }
  const alive =
    writableOf(sourceRead) === 'yes' ? [`${there} answers and takes writes: a switchover of ${link.id} would lose nothing.`] : [];
  const { database } = sourceRead;
  if (database === null)
    return {
      before: 'fenced',
      steps: [],
      after: [byHand(link, there, remote)],
      warnings: [cantFence(link, there, unlisted(link, source, there))],
    };
  if (writableOf(sourceRead) === 'no') return { before: 'fenced', steps: [], after: [], warnings: alive };
  const on = { database: database.name, of: identityOf(database) };
  const undo = undoBy(acts.setReadWrite(source, on));
  const step = changeStep(acts.setReadOnly(source, on, { drain: false, otherServes: false }), changeBudgetMs, undo, { onLate: 'undo' });
  return { before: 'fenced', steps: [step], after: [], warnings: alive };
}

/** A name without rows can't be told from one that is hidden, and a database may be left out while all its servers are down. */
const unlisted = ({ settings }: CcdrLink, source: Side, there: string): string =>
  `${there} does not list ${settings[source].database}: it is not there, or ${settings[source].user} may not see it, or every server that holds it is down.`;

const onePlace = (there: string): string =>
  `What the bot sees of ${there} it sees from one place only: look from another one too, since the promotion can't be taken back.`;

const cantFence = (link: CcdrLink, there: string, why: string): string =>
  `${there} can't be fenced now: ${why} Applications that still reach it may go on writing there, and as soon as it is back two sides take writes; /repl fence ${link.id} ends that.`;

function byHand(link: CcdrLink, there: string, remote: string): Draft {
  return personStep(
    personAct(kinds.fenceByHand, `Keep applications away from ${there}, and fence it before they can return`, [
      `Close the way of applications to ${there} (load balancer, firewall, DNS) until it is fenced.`,
      `As soon as ${there} answers, before anything else: /repl fence ${link.id}, which goes ahead of this run, or on it ${accessStatement(remote, 'READ ONLY')}`,
    ]),
  );
}

function inputRefusal({ to, topology }: Failover, scene: Scene): Refusal | null {
  const { link, here } = scene;
  if (to.kind === 'time') {
    return refuse(
      'bad-input',
      `A replica of Neo4j can only be promoted as it is now, so ${link.id} can't be failed over to a time.`,
      'Leave the time out; for an earlier state restore a backup.',
    );
  }
  return topology === undefined ? null : topologyRefusal(topology, scene, here);
}

const mostPrimaries = 11;
const mostSecondaries = 20;

function topologyRefusal({ primaries, secondaries }: Topology, { follower, link }: Scene, here: string): Refusal | null {
  const bad = (sentence: string, next: string) => refuse('bad-input', sentence, next);
  const least = 'Neo4j takes 1 to 11 primaries and 0 to 20 secondaries.';
  if (primaries < 1 || primaries > mostPrimaries || secondaries < 0 || secondaries > mostSecondaries) {
    return bad(`${primaries} primaries and ${secondaries} secondaries are no topology that ${here} takes.`, least);
  }
  if (primaries === 1 && (follower.view.requested?.primaries ?? 1) > 1) {
    return bad(
      `A database with several primaries can't be brought down to one, so ${link.id} can't be promoted with that topology.`,
      'Ask for 3 primaries, which survive the loss of a server, or leave the topology out.',
    );
  }
  const obstacle = roomObstacle(follower.read.servers, follower.view.name, { primaries, secondaries });
  return obstacle === null
    ? null
    : bad(`${here} has no room for that topology, since ${obstacle}.`, 'Enable more servers there, or ask for fewer copies.');
}

function lossOf({ here, there, sourceRead, detail: { past } }: Scene): Estimate {
  const { atLeastLost: lost, atMostLostMs, lastSeen } = past;
  if (lost === null || lastSeen === null) {
    return { ms: null, words: `How much is lost is not known: it was not recorded how far ${there} was. ${past.words}` };
  }
  const seen =
    lost.transactions === '0'
      ? `Nothing that was seen: ${here} has transaction ${lastSeen.txn}, the newest that ${there} was seen to have.`
      : `At least ${transactions(lost.transactions)}${lost.ms === null ? '' : `, writes of ${about(lost.ms)}`}, that ${lost.transactions === '1' ? 'has' : 'have'} not arrived on ${here}.`;
  if (sourceRead.kind === 'read') return { ms: lost.ms, words: `${seen} What ${there} takes until its writes are stopped may be added.` };
  const bound =
    atMostLostMs === null
      ? 'how much that is is not known'
      : `writes of at most ${atMostLostMs < 1_000 ? spell(atMostLostMs) : `the last ${spell(atMostLostMs)}`}`;
  return { ms: atMostLostMs, words: `${seen} What ${there} took after it was last seen is lost too: ${bound}.` };
}

const about = (ms: number): string => (ms < 1_000 ? spell(ms) : `about ${spell(ms)}`);

function stateWarnings({ follower, here }: Scene): readonly string[] {
  const copies = copiesOf(follower.view);
  const down = copies.filter((copy) => !isOnline(copy)).length;
  const ids = new Set(copies.filter(isOnline).map(({ lastTxn }) => lastTxn));
  return [
    ...(down === 0 ? [] : [`${down} of ${copies.length} copies of ${follower.view.name} on ${here} are not online.`]),
    ...(ids.size < 2 ? [] : [`The copies on ${here} are not equally far, and which of them counts at a promotion is not documented.`]),
  ];
}
