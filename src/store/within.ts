import { setAlarm } from '../domain/alarm.ts';

/** The promise' outcome, or a rejection after `ms`. The timer is real even under a held clock: it guards against a silent server. */
export function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const callOff = setAlarm(ms, () => reject(new TypeError(`no answer within ${Math.round(ms)} ms`)));
    promise.then(resolve, reject).finally(callOff);
  });
}
