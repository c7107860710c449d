import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { simVersions } from '../../src/sim/cockroach/grammar/dialect.ts';
import { leaksIn } from './collect.ts';
import { linesOf, type Sent } from './line.ts';
import { collectors } from './situations.ts';
import { isForPeople, saidBy, type Wording, wordings } from './written.ts';

const sent: Sent[] = [];
/** How many situations are driven side by side: most of their time is waiting. */
const lanes = 4;

/** Only v23.2 lacks these words, and the engine asks again without them. */
const askedAnew = /on 23\.2: SHOW VIRTUAL CLUSTER .* WITH REPLICATION STATUS, PRIOR REPLICATION DETAILS$/;

/** `npm run statements`: writes what the CockroachDB engines can send, so that it can be checked with the product's own parser. */
describe.each(simVersions)('CockroachDB %s', (version) => {
  it('takes every statement that the engines have for it', { timeout: 1_200_000 }, async () => {
    const waiting = [...collectors(version)];
    const refused: string[] = [];
    const lane = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const found = await next();
        sent.push(...found.sent);
        refused.push(...found.refused);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    expect(refused.filter((one) => !askedAnew.test(one))).toEqual([]);
    expect(sent.filter((one) => one.version === version).length).toBeGreaterThan(100);
  });
});

describe('the file', () => {
  // Last, when every version has been driven.
  it('has every statement that stands in the engines', () => {
    const said = new Map<Wording, Set<string>>();
    const all = wordings();
    for (const { version, statement } of sent) {
      for (const wording of saidBy(statement, all)) said.set(wording, (said.get(wording) ?? new Set()).add(version));
    }
    const lacking = all.filter((wording) => !said.has(wording) && !isForPeople(wording));
    expect(lacking.map(({ place, text }) => `${place}: ${text}`)).toEqual([]);
    // What came with a version and went with another one was there in all between.
    const gaps = [...said].flatMap(([{ place, text }, versions]) => {
      const [first, last] = [simVersions.findIndex((one) => versions.has(one)), simVersions.findLastIndex((one) => versions.has(one))];
      const between = simVersions.slice(first, last).filter((version) => !versions.has(version));
      return between.length === 0 ? [] : [`${place}: ${text}: not on ${between.join(', ')}`];
    });
    expect(gaps).toEqual([]);
  });
});

afterAll(async () => {
  const text = linesOf(sent);
  expect(leaksIn(text)).toEqual([]);
  const path = join(await mkdtemp(join(tmpdir(), 'replops-statements-')), 'statements.tsv');
  await writeFile(path, text);
  const counts = simVersions.map((version) => {
    const lines = text.split('\n').filter((line) => line.startsWith(`${version}\t`));
    return `${version}: ${lines.length}`;
  });
  process.stdout.write(`${path}\n${counts.join('\n')}\n`);
});
