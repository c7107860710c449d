import { z } from 'zod';
import { Fault, isFault } from '../../../domain/faults.ts';
import { Secret } from '../../../domain/secret.ts';
import { scrub } from '../../../transports/scrub.ts';
import type { ShellConnect, ShellResult, ShellTarget } from '../../../transports/shell.ts';
import { firstValue, withSystem } from '../../cockroach/session.ts';
import { releaseOf } from '../../cockroach/version.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo } from '../../frame/probes.ts';
import { lookAtFile } from '../../hosts/certificate.ts';
import { endingOf, withShell } from '../../hosts/session.ts';
import { nodeCommands, operatorSql } from '../acts/hosts.ts';
import type { SideNodes } from '../config-hosts.ts';
import type { PcrStep, Place } from '../place.ts';
import { questions } from '../reads.ts';

const releaseParams = z.object({ year: z.number(), number: z.number() });
type ReleaseParams = z.infer<typeof releaseParams>;

/** Whether the control plane answers the bot, or at least turns its login down: either proves that the cluster is initialized. */
async function controlPlane({ connect, address, io }: Place): Promise<'answers' | 'refuses' | Fault> {
  try {
    await withSystem(connect, address, io, (session) => session.read('SELECT 1 AS one'));
    return 'answers';
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return cause.code === 'login-refused' ? 'refuses' : cause;
  }
}

/** What `cockroach init` says when there is nothing to do; it has one exit code for every refusal. */
const initialized = /already been initialized/;

/** A cluster is initialized once in its life; the product refuses a second time, so that sending it again changes nothing. */
export const initCluster = (shell: ShellConnect): PcrStep<ReleaseParams> => ({
  params: releaseParams,
  rebuild: (acts, side, { year, number }) => acts.initCluster(side, year, number),
  probe: async (place) => {
    const seen = await controlPlane(place);
    return isFault(seen) ? todo : done({ 'control plane': seen === 'answers' ? 'answers' : `answers, and has no login for the bot yet` });
  },
  perform: async (place, command) => {
    const { node } = firstNode(place);
    const answer = await withShell(shell, node, place.io, (session) => session.change(command));
    if (answer.exitCode !== 0 && !initialized.test(`${answer.stdout}${answer.stderr}`)) throw refused(place, node, 'init', answer);
  },
});

function firstNode({ link, side, here }: Place): { readonly nodes: SideNodes; readonly node: ShellTarget } {
  const nodes = link.settings.setup?.hosts?.[side] ?? null;
  const node = nodes?.nodes[0];
  if (nodes === null || node === undefined) {
    throw new Fault('statement-refused', `The config of ${link.id} names no node of ${here} any more.`, { effect: 'not-applied' });
  }
  return { nodes, node };
}

const refused = ({ here }: Place, node: ShellTarget, word: string, answer: ShellResult, secrets: readonly Secret[] = []): Fault =>
  new Fault('statement-refused', scrub(`cockroach ${word} for ${here} failed on ${node.name} (${endingOf(answer)}).`, secrets), {
    effect: answer.exitCode === null ? 'unknown' : 'not-applied',
    facts: { host: node.name, exitCode: answer.exitCode },
  });

/** On a new cluster only root is there, with a certificate on the nodes. The password goes by the input of the command. */
export const createOperator = (shell: ShellConnect): PcrStep<ReleaseParams> => ({
  params: releaseParams,
  rebuild: (acts, side, { year, number }) => acts.createOperator(side, year, number),
  probe: async (place) => {
    const seen = await controlPlane(place);
    if (isFault(seen)) throw seen;
    return seen === 'answers' ? done({ user: place.address.user, 'log-in': 'tried' }) : todo;
  },
  perform: async (place, _statement, release) => {
    const { address, io, link } = place;
    const { sql } = nodeCommands(link.settings, place.side, release);
    const { node } = firstNode(place);
    if (address.password === null) {
      throw new Fault('statement-refused', `The config of ${link.id} gives ${address.user} no password.`, { effect: 'not-applied' });
    }
    const stdin = new Secret(`${operatorSql(address, address.password.reveal()).join(';\n')};\n`);
    const answer = await withShell(shell, node, io, (session) => session.change(sql, { stdin }));
    if (answer.exitCode !== 0) throw refused(place, node, 'sql', answer, [address.password]);
  },
});

const seeParams = releaseParams.extend({ virtualClusters: z.array(z.string()) });

/** The proof of what was done on the nodes, by whomever: the control plane answers and is what the plan took for granted. */
export const seeControlPlane: PcrStep<z.infer<typeof seeParams>> = {
  params: seeParams,
  rebuild: (acts, side, { year, number, virtualClusters }) => acts.seeControlPlane(side, year, number, virtualClusters),
  probe: (place, { year, number, virtualClusters }) =>
    withSystem(place.connect, place.address, place.io, async (session): Promise<Probe> => {
      const { here } = place;
      const release = releaseOf(firstValue(await session.read(questions.release)) ?? '');
      const found = (await session.read(questions.virtualClusters)).map((row) => row['name'] ?? '');
      const evidence = { version: release?.text ?? 'unknown', 'virtual clusters': found.join(', ') };
      if (release?.year !== year || release.number !== number) {
        return impossible(`${here} runs ${release?.text ?? 'an unknown release'}, and the plan was made for v${year}.${number}.`, evidence);
      }
      if ([...found].sort().join() === [...virtualClusters].sort().join()) return done(evidence);
      return impossible(
        `${here} has the virtual clusters ${found.join(', ')} instead of ${virtualClusters.join(', ')}, so it was not made as a new ${place.side}. Wipe its stores and initialize it anew, or correct the config.`,
        evidence,
      );
    }),
};

const certificateParams = z.object({ sha256: z.string() });

/** Looks at every node, whoever placed the certificates: a node without one can't connect to the other side. */
export const checkCertificates = (shell: ShellConnect): PcrStep<z.infer<typeof certificateParams>> => ({
  params: certificateParams,
  rebuild: (acts, side, { sha256 }) => acts.checkCertificates(side, sha256),
  probe: async (place, { sha256 }) => {
    const { nodes } = firstNode(place);
    const looks = await Promise.all(
      nodes.nodes.map(async (node) => {
        const look = await lookAtFile(shell, node, nodes.certsFolder, nodes.trustedAs, place.io);
        return { node: node.name, right: look.kind === 'file' && look.sha256 === sha256 };
      }),
    );
    const wrong = looks.filter(({ right }) => !right).map(({ node }) => node);
    const file = `${nodes.certsFolder}/${nodes.trustedAs}`;
    if (wrong.length === 0) return done({ file, sha256, nodes: looks.map(({ node }) => node).join(', ') });
    return impossible(`${wrong.join(', ')} of ${place.here} does not hold the certificate authority of ${place.there} as ${file}.`, {
      sha256,
    });
  },
});
