import { z } from 'zod';
import { Fault } from '../../domain/faults.ts';
import type { Probe } from '../engine.ts';
import { done, impossible, todo } from '../frame/probes.ts';
import { type Placement, placeCertificateAct, removeCertificateAct } from './acts.ts';
import { type Certificate, lookAtFile, readCertificate } from './certificate.ts';
import type { FindNode, HostPlace, HostStep } from './place.ts';
import { endingOf, refused, withShell } from './session.ts';

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const fileParams = z.object({ node: z.string(), address: z.string(), folder: z.string(), file: z.string(), sha256: hex });
const placeParams = fileParams.extend({
  before: hex.nullable(),
  from: z.object({ side: z.enum(['primary', 'standby']), cluster: z.string(), node: z.string(), address: z.string(), path: z.string() }),
});
type FileParams = z.infer<typeof fileParams>;
type PlaceParams = z.infer<typeof placeParams>;

function sourceOf({ from }: PlaceParams, find: FindNode): Placement['source'] | string {
  const at = find(from.side, from);
  return typeof at === 'string' ? at : { ...at, path: from.path };
}

/** Puts the certificate of one side into a folder of a node of the other. */
export const placeCertificate: HostStep<PlaceParams> = {
  params: placeParams,
  rebuild: (at, params, find) => {
    const source = sourceOf(params, find);
    return typeof source === 'string' ? source : placeCertificateAct({ ...at, ...fileOf(params), source, before: params.before });
  },
  probe: async (place, params, find) => {
    const { node, connect, io } = place;
    const { folder, file, sha256, before } = params;
    const seen = await lookAtFile(connect, node, folder, file, io);
    const path = `${folder}/${file}`;
    if (seen.kind === 'file' && seen.sha256 === sha256) return done({ node: node.name, path, sha256 });
    if (seen.kind === 'no-folder') {
      return impossible(`${node.name} has no folder ${folder}. Make it, readable for the database's user and writable for ${node.user}.`);
    }
    if ((seen.kind === 'file' ? seen.sha256 : null) !== before) return impossible(changedMeanwhile(node.name, path), { path, ...seen });
    const certificate = await readSource(place, params, find);
    return certificate.sha256 === sha256 ? todo : impossible(otherAuthority(params), { approved: sha256, seen: certificate.sha256 });
  },
  perform: async (place, params, find) => {
    const certificate = await readSource(place, params, find);
    if (certificate.sha256 !== params.sha256) throw refused(place.node, otherAuthority(params));
    await send(place, certificate.text);
  },
};

const fileOf = ({ folder, file, sha256 }: FileParams) => ({ folder, file, sha256 });

const changedMeanwhile = (node: string, path: string): string =>
  `${path} on ${node} is not what it was when this was planned, so somebody changed it. Nothing was written. Plan again to see it as it is now.`;

const otherAuthority = ({ from }: PlaceParams): string =>
  `The certificate ${from.path} on ${from.node} of ${from.cluster} is another one now than the one that was approved. Plan again to have this one approved.`;

function readSource({ connect, io, node }: HostPlace, params: PlaceParams, find: FindNode): Promise<Certificate> {
  const source = sourceOf(params, find);
  if (typeof source === 'string') throw refused(node, source);
  return readCertificate(connect, source.node, source.path, io);
}

/** Throws a Fault unless the command ended well. */
async function send({ node, connect, io, command, act }: HostPlace, stdin: string): Promise<void> {
  const answer = await withShell(connect, node, io, (session) => session.change(command, { stdin }));
  if (answer.exitCode === 0) return;
  throw new Fault('statement-refused', `'${act.title}' failed (${endingOf(answer)}).`, {
    // A shell that was killed may have come as far as the last command.
    effect: answer.exitCode === null ? 'unknown' : 'not-applied',
    facts: { host: node.name, exitCode: answer.exitCode, signal: answer.signal },
  });
}

/** Takes a placed certificate away again, as long as it is that one. */
export const removeCertificate: HostStep<FileParams> = {
  params: fileParams,
  rebuild: (at, params) => removeCertificateAct({ ...at, ...fileOf(params) }),
  probe: async ({ node, connect, io }, { folder, file, sha256 }): Promise<Probe> => {
    const seen = await lookAtFile(connect, node, folder, file, io);
    const path = `${folder}/${file}`;
    if (seen.kind !== 'file') return done({ node: node.name, path, found: seen.kind });
    if (seen.sha256 === sha256) return todo;
    return impossible(`${path} on ${node.name} holds something else than what was put there, so it stays.`, { path, sha256: seen.sha256 });
  },
  perform: (place) => send(place, ''),
};
