import type { Form } from './statements.ts';
import { few } from './words.ts';

/** What a team should know of the product before it relies on it. */
export const previewWarnings = (form: Form): readonly string[] =>
  form === 'preview'
    ? ['Before 2026.08 replication between clusters is a preview, offered for internal development use, not for production.']
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

export const unprotected = (id: string, here: string, there: string): string =>
  `After this nothing follows ${here}: a promoted database never follows again. /repl rebuild ${id} lets ${there} follow it anew.`;
