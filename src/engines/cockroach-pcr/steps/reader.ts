import { z } from 'zod';
import { timestampOfMicros } from '../../cockroach/times.ts';
import { done, impossible, todo, underway } from '../../frame/probes.ts';
import { type ReaderView, readerName } from '../detail.ts';
import { phaseOf } from '../phase.ts';
import { change, look, type PcrStep, type Place, statusOf } from '../place.ts';
import { phaseWords } from '../words.ts';
import { answers } from './service.ts';

const noParams = z.object({});

const evidenceOf = (reader: ReaderView) => ({ 'reader status': reader.status, 'reader service': reader.service });

/** Asks for the reader. Done as soon as the database lists it. */
export const openReader: PcrStep<object> = {
  params: noParams,
  rebuild: (acts, side) => acts.openReader(side),
  probe: async ({ here, ...place }) => {
    const { vc, reader } = await look({ here, ...place });
    if (reader !== null) return done(evidenceOf(reader));
    const phase = phaseOf(vc);
    if (phase === 'following') return todo;
    if (phase === 'retrying' || phase === 'scanning') return underway(`${here} can't be opened for reads yet: ${phaseWords[phase]}.`);
    return impossible(`${here} can't be opened for reads: ${phaseWords[phase]}.`, { status: statusOf(vc) });
  },
  perform: change,
};

const lost = ({ here, name }: Place) =>
  impossible(`${readerName(name)} is no longer on ${here}: somebody dropped it, or ${here} was promoted.`);

/** Waits until the reader's service is on. Up to 24.3 it may never start by itself, and a stop and a start help. */
export const awaitReader: PcrStep<object> = {
  params: noParams,
  rebuild: (acts, side) => acts.awaitReader(side),
  probe: async (place) => {
    const { reader, now } = await look(place);
    if (reader === null) return lost(place);
    if (reader.status === 'ready' && reader.service === 'shared') return done({ ...evidenceOf(reader), 'seen at': timestampOfMicros(now) });
    const name = readerName(place.name);
    const next = reader.status === 'ready' ? `; if it stays so, run /repl reader ${place.link.id} on again, which starts it` : '';
    return underway(`${name} on ${place.here} is ${reader.status}, its service is ${reader.service}${next}.`);
  },
};

/** Connects as a reader would: the service may be listed as started for about a minute before it answers. */
export const verifyReader: PcrStep<object> = {
  params: noParams,
  rebuild: (acts, side) => acts.verifyReader(side),
  probe: async (place) => done(await answers({ ...place, name: readerName(place.name) })),
};

const idParams = z.object({ id: z.string().nullable().default(null) });
type IdParams = z.infer<typeof idParams>;

/** Whether the reader that is meant is gone, and another one may have taken its place. */
const isGone = (reader: ReaderView | null, { id }: IdParams): boolean => reader === null || (id !== null && reader.id !== id);

export const stopReader: PcrStep<IdParams> = {
  params: idParams,
  rebuild: (acts, side, { id }) => acts.stopReader(side, id),
  probe: async (place, params) => {
    const { reader } = await look(place);
    if (reader === null || isGone(reader, params)) return done({ 'reader status': 'absent' });
    return reader.service === 'none' ? done(evidenceOf(reader)) : todo;
  },
  perform: change,
};

export const startReader: PcrStep<object> = {
  params: noParams,
  rebuild: (acts, side) => acts.startReader(side),
  probe: async (place) => {
    const { reader } = await look(place);
    if (reader === null) return lost(place);
    if (reader.service === 'shared') return done(evidenceOf(reader));
    if (reader.status === 'ready') return todo;
    return underway(`${readerName(place.name)} on ${place.here} is ${reader.status}, so it can't be started yet.`);
  },
  perform: change,
};

/** Stops the service if it is on, then drops the reader: the inverse of opening it. */
export const closeReader: PcrStep<object> = {
  params: noParams,
  rebuild: (acts, side) => acts.closeReader(side),
  probe: async (place) => ((await look(place)).reader === null ? done({ 'reader status': 'absent' }) : todo),
  perform: (place, statement, _, statements) => dropReaderNow(place, statement, statements[1] ?? ''),
};

/** The service may have started by itself meanwhile. */
export async function dropReaderNow(place: Place, stop: string, drop: string): Promise<void> {
  const { reader } = await look(place);
  if (reader !== null && reader.service !== 'none') await change(place, stop);
  await change(place, drop);
}

/** Drops the reader, which holds no data of its own. Never while its service runs. */
export const dropReader: PcrStep<IdParams> = {
  params: idParams,
  rebuild: (acts, side, { id }) => acts.dropReader(side, id),
  probe: async (place, params) => {
    const { reader } = await look(place);
    if (reader === null || isGone(reader, params)) return done({ 'reader status': 'absent' });
    if (reader.service === 'none') return todo;
    return impossible(`${readerName(place.name)} on ${place.here} serves again: somebody started it.`, evidenceOf(reader));
  },
  perform: change,
};
