import { isFault } from '../../domain/faults.ts';
import type { Secret } from '../../domain/secret.ts';
import { scrub } from '../../transports/scrub.ts';
import type { ShellConnect, ShellTarget } from '../../transports/shell.ts';
import type { EngineIo } from '../engine.ts';
import { withShell } from '../hosts/session.ts';
import { looks } from './commands.ts';
import type { CrrCluster } from './config.ts';
import { type Block, splitBlocks } from './parse/blocks.ts';
import { complains } from './parse/text.ts';

/** The first password that the product comes with. It is in its manual, and a word in every path, so hiding it would hide only those. */
const firstPassword = 'tigergraph';

export const hasFirstPassword = ({ superuser }: Pick<CrrCluster, 'superuser'>): boolean => superuser?.password.reveal() === firstPassword;

/** What may never be shown of what a cluster prints. */
export const secretsOf = ({ superuser, backup }: CrrCluster): readonly (Secret | null)[] => [
  hasFirstPassword({ superuser }) ? null : (superuser?.password ?? null),
  ...(backup.kind === 's3' && backup.keys !== null ? [backup.keys.id, backup.keys.secret] : []),
];

/** Stands for a command that could not be asked: every parser takes it for a failure that says why. */
const unanswered = (why: string): Block => ({ exitCode: 255, text: `[  Error] ${why}` });

/**
 * Of a command that fails, its words are shown to people. Those of one that went well are only parsed, and are left as they are: a password
 * may well be a part of every path, as the vendor's first one is.
 */
const withoutSecrets = (block: Block, cluster: CrrCluster): Block =>
  block.exitCode === 0 && !complains(block.text) ? block : { ...block, text: scrub(block.text, secretsOf(cluster)) };

/** The same with a signal of its own: many sessions at once would be too many listeners for one. */
export const alone = (io: EngineIo): EngineIo => ({ ...io, signal: AbortSignal.any([io.signal]) });

/** Asks one node several things, in order. Throws a Fault only when the caller itself gave up; a node that fails is in the answers. */
export async function askNode<const C extends readonly string[]>(
  shell: ShellConnect,
  cluster: CrrCluster,
  node: ShellTarget,
  io: EngineIo,
  commands: C,
): Promise<{ readonly [K in keyof C]: Block }> {
  const answer = await blocksOf(shell, cluster, node, io, commands);
  // As many blocks as commands: both ways of making them see to it.
  return answer as { readonly [K in keyof C]: Block };
}

async function blocksOf(
  shell: ShellConnect,
  cluster: CrrCluster,
  node: ShellTarget,
  io: EngineIo,
  commands: readonly string[],
): Promise<readonly Block[]> {
  try {
    const { stdout } = await withShell(shell, node, alone(io), (session) => session.read(looks(cluster, commands)));
    const blocks = splitBlocks(stdout, commands.length)?.map((block) => withoutSecrets(block, cluster));
    return blocks ?? commands.map(() => unanswered(`${node.name} gave an answer that is not understood`));
  } catch (cause) {
    if (!isFault(cause) || io.signal.aborted) throw cause;
    return commands.map(() => unanswered(cause.message));
  }
}
