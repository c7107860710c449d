import { otherSide } from '../../../domain/observation.ts';
import type { Operation } from '../../../domain/operation.ts';
import type { Check } from '../../../domain/plan.ts';
import { passed, warned } from '../../frame/checks.ts';
import type { CrrLink } from '../config.ts';
import type { CrrDetail } from '../detail.ts';
import { unseenOf } from '../signs.ts';
import { followersOf } from '../state.ts';

/** Before a standby is promoted or goes on: whether it is still a copy of its primary. What is refused for it, the plan itself refuses. Pure. */
export function outdatedChecks({ kind }: Operation, { settings, id }: CrrLink, detail: CrrDetail): readonly Check[] {
  if (kind !== 'failover' && kind !== 'switchover' && kind !== 'resume') return [];
  const { outdated, doubts } = detail.past;
  return followersOf(detail).map(({ side, read }) => {
    const { cluster } = settings[side];
    const name = `${cluster}: up to date`;
    const source = detail[otherSide(side)];
    const unseen = unseenOf(source.kind === 'read' ? source : null, read);
    const signs = [...outdated, ...doubts];
    if (signs.length > 0) return warned(name, signs.join(' '), `/repl rebuild ${id} fills ${cluster} anew.`);
    return passed(
      name,
      `Nothing was found that has made ${cluster} outdated.${unseen.length === 0 ? '' : ` Not looked at: ${unseen.join(' ')}`}`,
    );
  });
}
