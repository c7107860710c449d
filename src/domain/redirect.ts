import type { Step } from './plan.ts';

/** Kind of the step in which people redirect the traffic, in the plans of every engine; its `params.to` names the cluster. */
export const redirectKind = 'redirect';
/** The same where a hook of the link does. */
export const redirectHookKind = 'redirect.hook';

/** Whether a step redirects the traffic, by people or by the link's hook. */
export const isRedirect = ({ kind }: Pick<Step, 'kind'>): boolean => kind === redirectKind || kind === redirectHookKind;
