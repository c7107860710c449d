import { z } from 'zod';
import type { SqlSession } from '../../../transports/sql.ts';
import { firstValue, withSession, withSystem } from '../../cockroach/session.ts';
import { releaseOf } from '../../cockroach/version.ts';
import type { Probe } from '../../engine.ts';
import { done, impossible, todo, underway } from '../../frame/probes.ts';
import { change, type PcrStep, type Place } from '../place.ts';
import { questions } from '../reads.ts';
import { compareMajors, isUnfinished, majorOf, majorOfActive } from '../versions.ts';

const params = z.object({ version: z.string().regex(/^\d{2}\.\d{1,2}$/) });
type Params = z.infer<typeof params>;

async function binaryOf(session: SqlSession): Promise<string | null> {
  const release = releaseOf(firstValue(await session.read(questions.release)) ?? '');
  return release === null ? null : majorOf(release);
}

/** Waits until the node that answers runs the release. That all nodes do is for the database to say when it is finalized. */
export const verifyRelease: PcrStep<Params> = {
  params,
  rebuild: (acts, side, { version }) => acts.verifyRelease(side, version),
  probe: ({ connect, address, io, here }, { version }) =>
    withSystem(connect, address, io, async (session) => {
      const binary = await binaryOf(session);
      if (binary !== null && compareMajors(binary, version) >= 0) return done({ release: `v${binary}` });
      return underway(`${here} answers with ${binary === null ? 'an unknown release' : `v${binary}`}; it has to run v${version}.`);
    }),
};

/** What the active version of a virtual cluster says of its upgrade. */
async function finalizedState(session: SqlSession, here: string, version: string): Promise<Probe> {
  const active = firstValue(await session.read(questions.activeVersion)) ?? '';
  const major = majorOfActive(active);
  if (isUnfinished(active)) return underway(`${here} is on its way: its active version is ${active}.`);
  if (major !== null && compareMajors(major, version) >= 0) return done({ 'active version': active });
  const binary = await binaryOf(session);
  if (binary !== null && compareMajors(binary, version) < 0) {
    return impossible(`${here} runs v${binary}, so v${version} can't be made final there: replace its binaries first.`, {
      'active version': active,
    });
  }
  return todo;
}

export const finalize: PcrStep<Params> = {
  params,
  rebuild: (acts, side, { version }) => acts.finalize(side, version),
  probe: ({ connect, address, io, here }, { version }) =>
    withSystem(connect, address, io, (session) => finalizedState(session, here, version)),
  perform: change,
};

const inApplication = <T>({ connect, address, name, io }: Place, use: (session: SqlSession) => Promise<T>): Promise<T> =>
  withSession(connect, address, name, io, use);

/** The virtual cluster has an active version of its own, which its copy takes over by replication. */
export const finalizeApplication: PcrStep<Params> = {
  params,
  rebuild: (acts, side, { version }) => acts.finalizeApplication(side, version),
  probe: (place, { version }) => inApplication(place, (session) => finalizedState(session, `${place.name} on ${place.here}`, version)),
  perform: async (place, statement) => {
    await inApplication(place, (session) => session.change(statement));
  },
};
