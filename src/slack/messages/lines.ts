import { type Block, section } from './message.ts';
import { join, type Mrkdwn, md } from './mrkdwn.ts';

/** Below Slack's 3,000 characters of a section. */
const sectionSize = 2_800;

/**
 * Lines in as few sections as hold them, in order. When they need more than `most` characters, the last ones are counted instead of
 * shown: nothing is left out without a word.
 */
export function lineSections(lines: readonly Mrkdwn[], most: number, elsewhere: Mrkdwn = md``): readonly Block[] {
  const pages: Mrkdwn[][] = [];
  let inPage = 0;
  let inAll = 0;
  let shown = 0;
  for (const line of lines) {
    const size = line.mrkdwn.length + 1;
    if (inAll + size > most) break;
    const page = pages.at(-1);
    if (page === undefined || inPage + size > sectionSize) {
      pages.push([line]);
      inPage = size;
    } else {
      page.push(line);
      inPage += size;
    }
    inAll += size;
    shown += 1;
  }
  const left = lines.length - shown;
  return [...pages.map((page) => section(join(page))), ...(left === 0 ? [] : [section(md`${left} more are not shown. ${elsewhere}`)])];
}
