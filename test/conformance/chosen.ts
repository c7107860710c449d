import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';

/** Situations of a version between two that are tried whole, by name: those in which it differs from both. */
export type Chosen = Readonly<Partial<Record<SimVersion, readonly string[]>>>;

/** All of a version's situations, or the chosen ones. Throws TypeError for a name that no situation has. */
export function chosenOf<S extends { readonly name: string }>(
  version: SimVersion,
  chosen: Chosen,
  situations: (version: SimVersion) => readonly S[],
): readonly S[] {
  const all = situations(version);
  const names = chosen[version];
  if (names === undefined) return all;
  return names.map((name) => {
    const found = all.find((situation) => situation.name === name);
    if (found === undefined) throw new TypeError(`${version} has no situation '${name}'`);
    return found;
  });
}
