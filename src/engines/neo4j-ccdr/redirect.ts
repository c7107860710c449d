import type { Link } from '../../domain/link.ts';
import type { Act } from '../../domain/plan.ts';
import { redirectAct as redirect } from '../frame/drafts.ts';

/** What drivers do is the surprise of every move between clusters, so it is said where somebody redirects. */
const driverWords =
  'Change the URI (and the database name, where it differs) that applications use, and restart their drivers: a driver that runs keeps to the servers that it knows for as long as they answer, so a change of DNS alone does not move it. Bookmarks of one cluster mean nothing on the other.';

/** A hook takes the step's words over, so what drivers do is then said beside the plan. */
export const redirectWarnings = ({ redirect }: Pick<Link, 'redirect'>): readonly string[] =>
  redirect.kind === 'hook' ? [driverWords] : [];

/** Moves application traffic, and says what drivers need for it. */
export const redirectAct = (link: Pick<Link, 'redirect'>, to: string): Act => redirect(link, to, undefined, [driverWords]);
