import { type Block, section } from './message.ts';
import { join, type Mrkdwn } from './mrkdwn.ts';
import { packed } from './packing.ts';

/** Below Slack's 3,000 characters of a section. */
const sectionSize = 2_800;

/** Characters of a line and of its end. */
export const lineSize = ({ mrkdwn }: Mrkdwn): number => mrkdwn.length + 1;

/** Lines in as few sections as hold them, in order. No line has more than 2,800 characters. */
export const lineSections = (lines: readonly Mrkdwn[]): readonly Block[] =>
  packed(lines, { room: sectionSize, sizeOf: lineSize }).map((group) => section(join(group)));
