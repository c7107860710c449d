const mostGuesses = 3;

/** Edits (insert, delete, replace, swap of neighbours) between two words. */
export function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        at(above, column) + 1,
        at(current, column - 1) + 1,
        at(above, column - 1) + (same ? 0 : 1),
        swapped ? at(before, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = above;
    above = current;
  }
  return at(above, to.length);
}

/** Only asked for places that were filled; the type of an array does not know that. */
const at = (row: readonly number[], column: number): number => Number(row[column]);

/** One edit in short words, one in three characters of longer ones, never more than three. */
const toleranceOf = (word: string): number => Math.min(3, Math.max(1, Math.floor(word.length / 3)));

/** Spellings that were probably meant, best first, at most three; letter case and a missing ending count for nothing. */
export function nearest(typed: string, spellings: readonly string[]): readonly string[] {
  const wanted = typed.toLowerCase();
  const scored = spellings.flatMap((spelling) => {
    const known = spelling.toLowerCase();
    const tolerance = toleranceOf(known);
    if (wanted.length > 2 && known.startsWith(wanted)) return [{ spelling, edits: 0 }];
    if (Math.abs(wanted.length - known.length) > tolerance) return [];
    const edits = editDistance(wanted, known);
    return edits <= tolerance ? [{ spelling, edits }] : [];
  });
  const fewest = Math.min(...scored.map(({ edits }) => edits));
  return scored
    .filter(({ edits }) => edits === fewest)
    .map(({ spelling }) => spelling)
    .sort()
    .slice(0, mostGuesses);
}
