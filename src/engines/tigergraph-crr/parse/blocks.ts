/** How one of several commands of one exec ended and what it printed, standard error included. */
export interface Block {
  readonly exitCode: number;
  readonly text: string;
}

/** The text that runs commands one after the other and says how each of them ended. Nothing in them reads the terminal. */
export const blocksCommand = (commands: readonly string[]): string =>
  commands.map((command, index) => `${command} < /dev/null 2>&1; printf '\\n### replops ${index + 1} %s\\n' "$?"`).join('; ');

/** Splits the answer. Null unless every one of the commands has told how it ended, in order. Pure; never throws. */
export function splitBlocks(raw: string, commands: number): readonly Block[] | null {
  const blocks: Block[] = [];
  let from = 0;
  for (const mark of raw.matchAll(/^### replops (\d{1,4}) (\d{1,3})\r?$/gm)) {
    if (Number(mark[1]) !== blocks.length + 1) return null;
    blocks.push({ exitCode: Number(mark[2]), text: raw.slice(from, mark.index).replace(/\r?\n$/, '') });
    from = mark.index + mark[0].length + 1;
  }
  return blocks.length === commands && raw.slice(from).trim() === '' ? blocks : null;
}
