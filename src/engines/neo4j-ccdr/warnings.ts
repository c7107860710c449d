import type { CcdrCluster } from './config.ts';
import type { Form } from './statements.ts';
import { few } from './words.ts';

/** What a team should know of the product before it relies on it. */
export const previewWarnings = (form: Form): readonly string[] =>
  form === 'preview'
    ? ['Before 2026.08 replication between clusters is a preview, offered for internal development use, not for production.']
    : [];

/** A backup that the config names and that is not used. */
export const seedWarnings = (form: Form, { cluster, seedUri }: CcdrCluster): readonly string[] =>
  form === 'preview' && seedUri !== null
    ? [`The backup ${seedUri} is not used: before 2026.08 ${cluster} copies the whole store over the network.`]
    : [];

/** What a replica does not bring along. */
export const notCopied = (cluster: string): readonly string[] => [
  `Users, roles and privileges are not replicated: create on ${cluster} those that applications need.`,
];

/** The same with what is known to be missing there, for a move that applications follow. */
export const notCopiedTo = (cluster: string, missing: readonly string[] | null): readonly string[] =>
  missing === null || missing.length === 0
    ? notCopied(cluster)
    : [
        `Privileges are not replicated, and ${missing.length} of those on the database are missing on ${cluster}: ${few(missing)}. Applications that need them are refused there.`,
      ];

/** What becomes of the link after a promotion. `obstacle`: why the side that is left could not follow; null when nothing speaks against it. */
export const unprotected = (id: string, here: string, there: string, obstacle: string | null): string => {
  const way = `/repl rebuild ${id} lets ${there} follow it anew`;
  const then = obstacle === null ? `${way}.` : `Before ${way}, upgrade ${there}: ${obstacle}.`;
  return `After this nothing follows ${here}: a promoted database never follows again. ${then}`;
};
