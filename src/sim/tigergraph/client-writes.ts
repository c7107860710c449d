import { type SimSide, simSides } from './contract.ts';
import { catchUp, type Realm } from './realm.ts';
import { isWritable } from './state/services.ts';

/** Clients write one record of their own on every side that takes writes. Returns how to ask which of them are gone by then. */
export function clientsWrite(realm: Realm): () => readonly string[] {
  const nowMs = catchUp(realm);
  const { state } = realm;
  const written = simSides.flatMap((side): readonly { readonly side: SimSide; readonly id: string }[] => {
    const { data, name } = state.clusters[side];
    if (!isWritable(state.clusters[side], nowMs)) return [];
    data.records += 1;
    const id = `record ${Math.floor(data.records)} of ${name}`;
    data.marks = [...data.marks, { id, at: data.records }];
    return [{ side, id }];
  });
  return () => {
    catchUp(realm);
    return written.filter(({ side, id }) => !state.clusters[side].data.marks.some((mark) => mark.id === id)).map(({ id }) => id);
  };
}
