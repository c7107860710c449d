import { parseArgs } from 'node:util';
import { systemClock } from '../../src/domain/clock.ts';
import { openHouse } from '../support/house.ts';

/** How much longer `status` takes for many links than for one, all clusters equally fast. Links are looked at side by side. */
const { values } = parseArgs({ options: { links: { type: 'string', default: '20' }, rounds: { type: 'string', default: '15' } } });
const many = Number(values.links);
const links = Array.from({ length: many }, (_, index) => ({
  id: `link-${index}`,
  engine: 'cockroach-pcr' as const,
  environment: 'production',
  description: 'for the benchmark',
  version: '26.2' as const,
}));

const house = await openHouse({ links });
const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;

async function time(line: string): Promise<number> {
  const began = systemClock.monotonic();
  await house.ask('ana', line);
  return systemClock.monotonic() - began;
}

const one: number[] = [];
const all: number[] = [];
for (let round = 0; round < Number(values.rounds); round += 1) {
  one.push(await time('/repl status link-0'));
  all.push(await time('/repl status'));
}
console.log(`status of one link       ${median(one).toFixed(0)} ms median, from the command to the answer`);
console.log(`status of ${many} links      ${median(all).toFixed(0)} ms median, all clusters simulated in the same process`);
console.log(`ratio                    ${(median(all) / median(one)).toFixed(2)} for ${many} times the links`);
await house.close();
