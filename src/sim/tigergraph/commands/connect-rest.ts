import type { ProductAnswer } from '../../hosts/contract.ts';
import { catchUp, type Desk, failed, fine } from '../realm.ts';
import { connectorOf } from '../state/settle.ts';
import { nodeAt, opens } from './reach.ts';

/** Where Kafka Connect tells its state to whoever asks. */
export const connectPort = '30003';

/** What a task of MirrorMaker that has failed for no lasting reason says. */
const passing = 'org.apache.kafka.common.errors.TimeoutException: Timed out waiting for a node assignment. Call: listTopics';

const traceOf = (cause: string): string =>
  `org.apache.kafka.connect.errors.ConnectException: Exiting task due to an exception that it can't recover from\n\tat org.apache.kafka.connect.runtime.AbstractWorkerSourceTask.execute(AbstractWorkerSourceTask.java:388)\nCaused by: ${cause}\n\t... 8 more\n`;

/** `GET /connectors/infr_mm/status` of the worker that the address names. */
export async function connectStatus(desk: Desk, url: URL): Promise<ProductAnswer> {
  const { cluster, realm, call } = desk;
  await call.wait(realm.state.pace.readMs);
  if (nodeAt(desk, url.hostname)?.cluster !== cluster || !opens(desk, url.hostname, connectPort)) return failed('', 7);
  const state = connectorOf(realm.state, cluster, catchUp(realm));
  if (url.pathname !== '/connectors/infr_mm/status' || state === 'none')
    return fine('{"error_code":404,"message":"No status found for connector infr_mm"}');
  const worker = `${url.hostname}:${connectPort}`;
  const shown = state.toUpperCase();
  const failure = state === 'failed' ? { trace: traceOf(cluster.crr.broken ?? passing) } : {};
  return fine(
    JSON.stringify({
      name: 'infr_mm',
      connector: { state: state === 'failed' ? 'RUNNING' : shown, worker_id: worker },
      tasks: [{ id: 0, state: shown, worker_id: worker, ...failure }],
      type: 'source',
    }),
  );
}
