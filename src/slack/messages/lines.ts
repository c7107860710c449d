import { type Block, section } from './message.ts';
import { join, type Mrkdwn } from './mrkdwn.ts';

/** Below Slack's 3,000 characters of a section. */
const sectionSize = 2_800;

/** Lines in as few sections as hold them, in order. No line has more than 2,800 characters. */
export function lineSections(lines: readonly Mrkdwn[]): readonly Block[] {
  const groups: Mrkdwn[][] = [];
  let size = 0;
  for (const line of lines) {
    const more = line.mrkdwn.length + 1;
    const group = groups.at(-1);
    if (group === undefined || size + more > sectionSize) {
      groups.push([line]);
      size = more;
    } else {
      group.push(line);
      size += more;
    }
  }
  return groups.map((group) => section(join(group)));
}
