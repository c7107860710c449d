import { otherSide, type Side } from '../../../domain/observation.ts';
import type { Undo } from '../../../domain/plan.ts';
import type { Refusal } from '../../../domain/refusal.ts';
import { quoteWord } from '../../../transports/shell-quoting.ts';
import { isAtLeast, type Release } from '../../cockroach/version.ts';
import { changeStep, type Draft, lookStep, notNow, noUndo, personStep, undoBy } from '../../frame/drafts.ts';
import { byHandAct, runCommandAct } from '../../hosts/acts.ts';
import { nodeCommands, operatorSql, profileFlag } from '../acts/hosts.ts';
import { actsFor } from '../acts.ts';
import type { PcrLink } from '../config.ts';
import { profileMark } from '../config-hosts.ts';
import type { HostsRead, PcrDetail, ReadSide } from '../detail.ts';
import { problemOf, spellTime } from '../words.ts';

const sides = ['primary', 'standby'] as const satisfies readonly Side[];

/** A node starts within a minute or so; a new cluster answers some seconds after it was initialized, ms. */
const startBudgetMs = 10 * 60_000;
const answerBudgetMs = 5 * 60_000;

/** New clusters, as they will be once their steps are done. */
interface Raised {
  /** What the rest of the plan is made on; each step of it looks for itself before it acts. */
  readonly detail: PcrDetail;
  readonly starts: readonly Draft[];
  readonly inits: readonly Draft[];
  readonly warnings: readonly string[];
}

/**
 * Plans how sides that do not answer become new clusters, where the config says enough of their nodes; null when it does not, or when
 * both sides answer. Pure.
 */
export function raise(link: PcrLink, detail: PcrDetail): Raised | Refusal | null {
  const { setup } = link.settings;
  const absent = sides.filter((side) => detail[side].kind === 'gone' || detail[side].kind === 'silent');
  // Data that is in the control plane is there already, so that cluster is none that is to be made.
  if (setup === null || absent.length === 0 || (setup.source === 'system' && absent.includes('primary'))) return null;
  if (sides.some((side) => detail[side].kind === 'locked')) return null;
  const known = absent.find((side) => detail.remembered?.[side] != null);
  if (known !== undefined) return heardBefore(link, known, detail);
  const releases = absent.map((side) => ({ side, release: releaseFor(link, side, detail) }));
  const refusal = releases.map(({ release }) => release).find((release) => release !== null && 'kind' in release);
  if (refusal !== undefined && refusal !== null && 'kind' in refusal) return refusal;
  const told = releases.flatMap(({ side, release }) => (release === null || 'kind' in release ? [] : [{ side, release }]));
  if (told.length < absent.length) return null;
  const one = (side: Side): PcrDetail[Side] => {
    const own = told.find((each) => each.side === side);
    return own === undefined ? detail[side] : assumed(link, side, own.release, detail[otherSide(side)]);
  };
  return {
    detail: { ...detail, primary: one('primary'), standby: one('standby') },
    starts: told.flatMap(({ side, release }) => startSteps(link, side, release, detail.hosts?.[side] ?? null)),
    inits: told.flatMap(({ side, release }) => initSteps(link, side, release)),
    warnings: told.flatMap(({ side, release }) => warningsOf(link, side, release, detail)),
  };
}

/** One that an earlier look has heard is no new cluster: it may hold the data, and started again it may take writes beside the other side. */
function heardBefore({ id, settings }: PcrLink, side: Side, detail: PcrDetail): Refusal {
  const [here, there] = [settings[side].cluster, settings[otherSide(side)].cluster];
  const at = detail.remembered?.[side]?.at ?? null;
  return notNow(
    `${problemOf(here, detail[side])} It answered at ${spellTime(at)}, so it is no new cluster, and no setup of ${id} may start it: it may take writes beside ${there}, or hold the only copy.`,
    `Find out what became of it. If ${there} serves, leave it stopped until it can be fenced; /repl status ${id} says what to do once both can be asked. If it was wiped, initialize it by hand, then ask again.`,
  );
}

/** The release that will run there; null when nobody can tell. */
function releaseFor({ settings }: PcrLink, side: Side, { hosts }: PcrDetail): Release | Refusal | null {
  const { setup } = settings;
  const here = settings[side].cluster;
  const view = hosts?.[side] ?? null;
  if (view === null) {
    const [year, number] = (setup?.release ?? '').split('.').map(Number);
    return year === undefined || number === undefined ? null : { year, number, text: `v${setup?.release}` };
  }
  const [first] = view.nodes;
  const release = first?.release ?? null;
  if (release !== null && view.nodes.every((node) => node.release?.text === release.text)) return release;
  const told = view.nodes.map((node) => `${node.node}: ${node.release?.text ?? 'not told'}`).join(', ');
  return notNow(
    `${here} does not answer, and its nodes do not all tell the same release (${told}). ${view.why ?? ''}`.trim(),
    `Let the bot reach every node of ${here} over SSH, and install one release of CockroachDB on all of them.`,
  );
}

/** Names that a new cluster has from the start. */
function newVirtualClusters(side: Side, release: Release): readonly string[] {
  if (isAtLeast(release, 24, 1)) return side === 'primary' ? ['system', 'main'] : ['system'];
  return side === 'primary' ? ['system', 'template', 'application'] : ['system', 'template'];
}

function assumed({ settings }: PcrLink, side: Side, release: Release, other: PcrDetail[Side]): ReadSide {
  return {
    kind: 'read',
    release,
    activeVersion: `${release.year}.${release.number}`,
    now: '0',
    defaultTarget: '',
    vc: null,
    history: 'none',
    sight: 'all',
    ground: {
      rangefeed: false,
      organization: false,
      license: false,
      users: [],
      granted: [],
      admins: ['root', settings[side].user],
      connections: [],
      regions: other.kind === 'read' ? (other.ground?.regions ?? []) : [],
      virtualClusters: newVirtualClusters(side, release).map((name) => ({
        name,
        status: 'ready',
        service: name === 'template' ? 'none' : 'shared',
      })),
    },
  };
}

/** Each node that does not run is started; where no command is given, a person starts all of them. */
function startSteps({ settings }: PcrLink, side: Side, release: Release, view: HostsRead | null): readonly Draft[] {
  const hosts = settings.setup?.hosts?.[side] ?? null;
  const here = settings[side].cluster;
  const profile = profileFlag(side, release);
  if (hosts === null) return [];
  const { start } = hosts;
  if (start === null) {
    const words = `On every node of ${here}: start CockroachDB ${release.text} with its certificates and --join${profile === '' ? '' : `, and with ${profile}`}, unless it runs`;
    return [personStep(byHandAct({ title: `Start CockroachDB on every node of ${here}`, commands: [words] }))];
  }
  return hosts.nodes.flatMap((node) => {
    if (view?.nodes.find((each) => each.node === node.name)?.running === true) return [];
    const at = { side, cluster: here, node } as const;
    const command = start.command.replaceAll(profileMark, profile).trim();
    const undo: Undo =
      start.undo === null
        ? noUndo(`The config has no command that stops a node of ${here}; one that runs and is not initialized does no harm.`)
        : undoBy(runCommandAct({ ...at, title: 'Stop CockroachDB', ...start.undo }));
    const act = runCommandAct({ ...at, title: 'Start CockroachDB', command, check: start.check });
    return [changeStep(act, startBudgetMs, undo, { pointOfNoReturn: undo.kind === 'none' })];
  });
}

function initSteps(link: PcrLink, side: Side, release: Release): readonly Draft[] {
  const { settings } = link;
  const { year, number } = release;
  const acts = actsFor(settings);
  const here = settings[side].cluster;
  const why = noUndo(`A cluster is initialized once: to take it back, wipe the stores of every node of ${here}.`);
  const operator = settings[side].user !== 'root' && settings[side].password !== null;
  const change = (act: Parameters<typeof changeStep>[0]): Draft => changeStep(act, answerBudgetMs, why, { pointOfNoReturn: true });
  const proof = lookStep(acts.seeControlPlane(side, year, number, newVirtualClusters(side, release)), answerBudgetMs);
  if ((settings.setup?.hosts?.[side] ?? null) === null) return [personStep(newClusterByHand(link, side, release, operator)), proof];
  return [change(acts.initCluster(side, year, number)), ...(operator ? [change(acts.createOperator(side, year, number))] : []), proof];
}

/** Everything that it takes to make a new cluster, for people who have the nodes at hand. */
function newClusterByHand({ settings }: PcrLink, side: Side, release: Release, operator: boolean) {
  const here = settings[side].cluster;
  const { init, sql } = nodeCommands(settings, side, release);
  const profile = profileFlag(side, release);
  return byHandAct({
    title: `Start ${here} and initialize it as a new cluster`,
    commands: [
      `On every node of ${here}: cockroach start --certs-dir=certs --advertise-addr=<this node> --join=<all nodes>${profile === '' ? '' : ` ${profile}`}`,
      `On one node of ${here}: ${init}`,
      ...(operator
        ? [`On the same node: ${sql} -e ${quoteWord(operatorSql(settings[side], '<the password that the config refers to>').join('; '))}`]
        : []),
    ],
  });
}

function warningsOf({ settings }: PcrLink, side: Side, release: Release, detail: PcrDetail): readonly string[] {
  const here = settings[side].cluster;
  const start = settings.setup?.hosts?.[side]?.start ?? null;
  const blind = start !== null && profileFlag(side, release) !== '' && !start.command.includes(profileMark);
  return [
    `${problemOf(here, detail[side])} ${here} is taken for a cluster that was never initialized; nothing of it is known but its release, ${release.text}. If it only is down, do not approve: start it.`,
    ...(blind
      ? [
          `The start command of ${here} has no ${profileMark}, and v23.2 has to be started with ${profileFlag(side, release)}: see that its unit or script holds that.`,
        ]
      : []),
  ];
}
