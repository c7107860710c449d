import type { RunId } from '../../src/domain/ids.ts';
import { wholeEffects } from '../../src/sim/stages/tigergraph.ts';
import type { SimSide, TigerStart, TigerWorld } from '../../src/sim/tigergraph/contract.ts';
import { approved, type Ran, shown } from './graph-house.ts';
import { type House, openHouse } from './house.ts';

/** Both generations: settings and a restart up to 3.9, `gadmin crr` and restores that make a standby from 3.10 on. */
export const tigerVersions = ['3.9.1', '4.1.4'] as const;

const id = 'prod-tiger';

export interface TigerHouse {
  readonly house: House;
  readonly tiger: TigerWorld;
  /** Proposes and approves a run, and confirms whatever it asks of people, until it ends or halts. */
  runs(line: string): Promise<Ran>;
  /** The same for a run that is proposed already. */
  approved(run: RunId): Promise<Ran>;
  /** Proposes a run, waits until its thread holds these words, and vetoes it: what people see before anyone approves. */
  shows(line: string, words: string): Promise<{ readonly message: string; readonly thread: string }>;
  /** What bots did that changed something, as `side: kind`, in order; parts of one command are told as that command. */
  sent(): readonly string[];
  /** Whether the side follows the other one and can catch up. */
  follows(side: SimSide): boolean;
  /** What a person at a node of the cluster does. */
  byHand(side: SimSide, command: string): Promise<string>;
  close(): Promise<void>;
}

/** Opens a house with one link of TigerGraph. */
export async function openTiger(version: string, start?: TigerStart): Promise<TigerHouse> {
  const spec = { id, engine: 'tigergraph-crr', environment: 'production', description: 'Graph', version } as const;
  const house = await openHouse({ links: [start === undefined ? spec : { ...spec, start }] });
  const tiger = house.world.tigers[id];
  if (tiger === undefined) throw new TypeError('there is no TigerGraph');
  return {
    house,
    tiger,
    runs: async (line) => approved(house, await house.propose('ana', line)),
    approved: (run) => approved(house, run),
    shows: (line, words) => shown(house, line, words),
    sent: () =>
      wholeEffects(tiger)
        .filter(({ changed, tag }) => changed && tag.startsWith('replops/r-'))
        .map(({ side, kind }) => `${side}: ${kind}`),
    follows: (side) => {
      const { enabled, connector, outdated } = tiger.side(side);
      return enabled && connector === 'running' && outdated === null;
    },
    byHand: async (side, command) => {
      const text = `PATH="$PATH":'/home/tigergraph/tigergraph/app/cmd'; ${command}`;
      const { exitCode, stdout, stderr } = await tiger.host(side, 'm1').run(text, { tag: '' });
      if (exitCode !== 0) throw new TypeError(`${command}: ${exitCode} ${stderr}${stdout}`);
      return stdout;
    },
    close: () => house.close(),
  };
}
