/**
 * Number of single-character edits (insert, delete, replace, swap of neighbours) between two words.
 * Only the first 64 characters of each are looked at, so that hostile input stays cheap.
 */
function editDistance(left: string, right: string): number {
  const a = [...left.slice(0, 64)];
  const b = [...right.slice(0, 64)];
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [row, from] of a.entries()) {
    const current = [row + 1];
    for (const [column, to] of b.entries()) {
      const replaced = (previous[column] ?? 0) + (from === to ? 0 : 1);
      const edited = Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1);
      const swapped = row > 0 && column > 0 && from === b[column - 1] && to === a[row - 1];
      current.push(swapped ? Math.min(edited, (before[column - 1] ?? 0) + 1) : edited);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** The known word that was most likely meant, ignoring case; null when none is close (at most a third of it may be wrong). */
export function nearest(word: string, known: readonly string[]): string | null {
  let best: { readonly name: string; readonly distance: number } | null = null;
  for (const name of known) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    const allowed = Math.max(1, Math.floor(name.length / 3));
    if (distance <= allowed && (best === null || distance < best.distance)) best = { name, distance };
  }
  return best?.name ?? null;
}
