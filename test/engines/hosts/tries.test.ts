import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { Act } from '../../../src/domain/plan.ts';
import { failureOf, jobOf } from '../../../src/engines/hosts/tries.ts';
import { jobFolder } from '../../../src/transports/shell-jobs.ts';

const act: Act = { kind: 'hosts.run-command', title: 'Start it', cluster: 'east', side: 'primary', statements: ['start'], params: {} };
const tag = 'replops/r-4k9zq0tm2x/17';
const first = jobOf(act, { tag, retried: [] });

describe('the job of an act', () => {
  const rows: readonly { readonly name: string; readonly retried: readonly JsonObject[]; readonly is: string }[] = [
    { name: 'its first try', retried: [], is: first },
    { name: 'the next one after the Retry of a failure', retried: [failureOf(first, 1)], is: `${first}-2` },
    { name: 'the same after the Retry of another job’s failure', retried: [failureOf('r-1-another', 1)], is: first },
    { name: 'the same after the Retry of one that died', retried: [{ job: first, log: 'begun' }], is: first },
    { name: 'the same after the Retry of one that was late', retried: [{}], is: first },
    { name: 'the third after two', retried: [failureOf(first, 1), {}, failureOf(`${first}-2`, 255)], is: `${first}-3` },
    { name: 'the second still when that died', retried: [failureOf(first, 1), { job: `${first}-2`, log: '' }], is: `${first}-2` },
    { name: 'no further for a failure that was retried twice', retried: [failureOf(first, 1), failureOf(first, 1)], is: `${first}-2` },
  ];
  it.each(rows)('is $name', ({ retried, is }) => {
    expect(jobOf(act, { tag, retried })).toBe(is);
  });

  it('is the same for every owner of a run, and another in another run', () => {
    expect(jobOf(act, { tag: 'replops/r-4k9zq0tm2x/99', retried: [] })).toBe(first);
    expect(jobOf(act, { tag: 'replops/r-0000000000/17', retried: [] })).not.toBe(first);
    expect(jobOf({ ...act, statements: ['stop'] }, { tag, retried: [] })).not.toBe(first);
  });

  it('has an id that a folder can have, whatever the run is called', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[^/]{1,80}$/), fc.nat(40), (run, failures) => {
        const retried: JsonObject[] = [];
        for (let number = 0; number < failures; number += 1) retried.push(failureOf(jobOf(act, { tag: `replops/r${run}/1`, retried }), 1));
        expect(() => jobFolder(jobOf(act, { tag: `replops/r${run}/1`, retried }))).not.toThrow();
      }),
      { numRuns: 50 },
    );
  });
});
