import type { ProductAnswer } from '../../hosts/contract.ts';
import { type Desk, gadminError } from '../realm.ts';

/** Long operations take one lock of the cluster; who comes second is refused. It is given back however the operation ends. */
export async function locked(desk: Desk, what: string, run: () => Promise<ProductAnswer>): Promise<ProductAnswer> {
  const { cluster } = desk;
  if (cluster.lock !== null) return gadminError('NotReady', `another operation '${cluster.lock}' is in progress, please try again later`);
  cluster.lock = what;
  try {
    return await run();
  } finally {
    cluster.lock = null;
  }
}
