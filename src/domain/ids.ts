/** Ids are branded strings, so that a run can never be passed where a link is meant. */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Name of a replication link as the config file spells it, e.g. `prod-sql`. */
export type LinkId = Branded<'LinkId'>;
/** `r-` and 10 characters of Crockford base 32, e.g. `r-4k9zq0tm2x`. People type it. */
export type RunId = Branded<'RunId'>;
/** Slack's id of a person (`U…` or `W…`). */
export type UserId = Branded<'UserId'>;
/** Slack's id of a channel (`C…`, `G…` or `D…`). */
export type ChannelId = Branded<'ChannelId'>;
/** Slack's id of a message within its channel: a string, never a number. */
export type MessageTs = Branded<'MessageTs'>;
/** SHA-256 of a plan's canonical JSON, in hex. */
export type PlanHash = Branded<'PlanHash'>;
/** SHA-256 of the binding facts a plan rests on, in hex. */
export type Fingerprint = Branded<'Fingerprint'>;
/** Names one attempt at one effect: `<run>/<step>/<attempt>` (`…/undo/<attempt>` for an inverse). */
export type EffectId = Branded<'EffectId'>;

/** Brands a string that has been checked or generated. The one place where ids are cast. */
export const asLinkId = (text: string): LinkId => text as LinkId;
export const asRunId = (text: string): RunId => text as RunId;
export const asUserId = (text: string): UserId => text as UserId;
export const asChannelId = (text: string): ChannelId => text as ChannelId;
export const asMessageTs = (text: string): MessageTs => text as MessageTs;
export const asPlanHash = (text: string): PlanHash => text as PlanHash;
export const asEffectId = (text: string): EffectId => text as EffectId;
