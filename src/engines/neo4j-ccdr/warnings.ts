import type { Form } from './statements.ts';

/** What a team should know of the product before it relies on it. */
export const previewWarnings = (form: Form): readonly string[] =>
  form === 'preview'
    ? ['Before 2026.08 replication between clusters is a preview, offered for internal development use, not for production.']
    : [];

/** What a replica does not bring along. */
export const notCopied = (cluster: string): readonly string[] => [
  `Users, roles and privileges are not replicated: create on ${cluster} those that applications need.`,
];

export const unprotected = (id: string, here: string, there: string): string =>
  `After this nothing follows ${here}: a promoted database never follows again. /repl rebuild ${id} lets ${there} follow it anew.`;
