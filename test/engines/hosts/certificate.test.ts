import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Placement, placeCertificateAct, placeCertificateUndo } from '../../../src/engines/hosts/acts.ts';
import { lookAtFile, readCertificate } from '../../../src/engines/hosts/certificate.ts';
import { createAuthority } from '../../../src/sim/tls/certificate.ts';
import { connectShell } from '../../../src/transports/shell.ts';
import { targetOf } from '../../sim/hosts/bed.ts';
import { aBed, aBot, anIo, authorityPath, type HostsBed } from './bed.ts';

const folder = '/etc/neo/trusted';
const file = 'east.crt';
const path = `${folder}/${file}`;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const placementOn = ({ east, west, authority }: HostsBed, more: Partial<Placement> = {}): Placement => ({
  side: 'standby',
  cluster: 'neo-west',
  node: targetOf(west),
  folder,
  file,
  source: { side: 'primary', cluster: 'neo-east', node: targetOf(east), path: authorityPath },
  sha256: sha256(authority),
  before: null,
  ...more,
});

describe('placing a certificate', () => {
  it('puts it there once, readable for all, and proves it by its checksum', async () => {
    const bed = await aBed();
    const act = placeCertificateAct(placementOn(bed));
    const bot = aBot();
    expect(await bot.probe(act, bed.link)).toEqual({ kind: 'todo' });
    await bot.perform(act, bed.link);
    expect(bed.west.files.read(path)).toBe(bed.authority);
    expect(bed.west.files.list(folder)).toEqual([path]);
    expect(await aBot().probe(act, bed.link)).toEqual({ kind: 'done', evidence: { node: 'west-1', path, sha256: sha256(bed.authority) } });
  });

  it('sends exactly the approved words, and the certificate as input', async () => {
    const bed = await aBed();
    const act = placeCertificateAct(placementOn(bed));
    await aBot().perform(act, bed.link);
    const changes = [...new Set(bed.west.effects().map(({ command }) => command))];
    expect(changes).toEqual(act.statements);
    expect(act.statements.join()).not.toContain('BEGIN CERTIFICATE');
    expect(bed.east.effects()).toEqual([]);
  });

  it.each(['drop-before', 'drop-after', 'hang'] as const)('is right after %s and another bot takes over', async (kind) => {
    const bed = await aBed();
    const act = placeCertificateAct(placementOn(bed));
    bed.west.faults.add({ match: /^umask/, act: { kind } });
    await expect(aBot().perform(act, bed.link, anIo({ timeoutMs: kind === 'hang' ? 1_500 : 5_000 }))).rejects.toMatchObject({
      effect: 'unknown',
    });
    const next = aBot();
    const seen = await next.probe(act, bed.link);
    expect(seen.kind).toBe(kind === 'drop-after' ? 'done' : 'todo');
    if (seen.kind === 'todo') await next.perform(act, bed.link);
    expect(await next.probe(act, bed.link)).toMatchObject({ kind: 'done' });
    expect(bed.west.effects().filter(({ change }) => change === 'rename')).toHaveLength(1);
    expect(bed.west.files.list(folder)).toEqual([path]);
  });

  it('leaves nothing behind when the disk is full', async () => {
    const bed = await aBed();
    bed.west.files.fill(true);
    const work = aBot().perform(placeCertificateAct(placementOn(bed)), bed.link);
    await expect(work).rejects.toMatchObject({
      code: 'statement-refused',
      effect: 'not-applied',
      message: expect.stringContaining('No space left'),
    });
    expect(bed.west.files.list(folder)).toEqual([]);
  });

  it('keeps the old file when the new one can’t take its place', async () => {
    const bed = await aBed({ west: { files: { [path]: 'old' } } });
    bed.west.files.protect(folder, true);
    const work = aBot().perform(placeCertificateAct(placementOn(bed, { before: sha256('old') })), bed.link);
    await expect(work).rejects.toMatchObject({ effect: 'not-applied' });
    expect(bed.west.files.read(path)).toBe('old');
  });

  it('is done without the side that the certificate came from', async () => {
    const bed = await aBed({ west: {} });
    const act = placeCertificateAct(placementOn(bed));
    await aBot().perform(act, bed.link);
    await bed.east.faults.down();
    expect(await aBot().probe(act, bed.link)).toMatchObject({ kind: 'done' });
  });

  it('waits for the side that the certificate comes from', async () => {
    const bed = await aBed();
    await bed.east.faults.down();
    await expect(aBot().probe(placeCertificateAct(placementOn(bed)), bed.link)).rejects.toMatchObject({ code: 'connect-failed' });
  });

  it('stops when the folder isn’t there, and says what to do', async () => {
    const bed = await aBed({ west: { folders: [] } });
    expect(await aBot().probe(placeCertificateAct(placementOn(bed)), bed.link)).toMatchObject({
      kind: 'impossible',
      why: `west-1 has no folder ${folder}. Make it, readable for the database's user and writable for ops.`,
    });
  });

  it('stops when the source is no longer the one that was approved', async () => {
    const bed = await aBed();
    const act = placeCertificateAct(placementOn(bed));
    bed.east.files.write(authorityPath, createAuthority(['127.0.0.1']).ca);
    expect(await aBot().probe(act, bed.link)).toMatchObject({ kind: 'impossible', why: expect.stringContaining('another one now') });
    await expect(aBot().perform(act, bed.link)).rejects.toMatchObject({ effect: 'not-applied' });
    expect(bed.west.effects()).toEqual([]);
  });

  it('stops when somebody else put something there meanwhile', async () => {
    const bed = await aBed();
    bed.west.files.write(path, 'somebody’s');
    expect(await aBot().probe(placeCertificateAct(placementOn(bed)), bed.link)).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('somebody changed it'),
    });
  });

  it('never takes a private key along', async () => {
    const bed = await aBed();
    bed.east.files.write(authorityPath, `${bed.authority}\n-----BEGIN EC PRIVATE KEY-----\nc2VjcmV0\n-----END EC PRIVATE KEY-----\n`);
    const act = placeCertificateAct(placementOn(bed));
    const fault: unknown = await aBot()
      .perform(act, bed.link)
      .catch((cause: unknown) => cause);
    expect(fault).toMatchObject({
      code: 'statement-refused',
      effect: 'not-applied',
      message: expect.stringContaining('holds a private key'),
    });
    expect(JSON.stringify(fault) + String(fault)).not.toContain('c2VjcmV0');
    expect(bed.west.effects()).toEqual([]);
  });

  it('works with names that a shell would trip over', async () => {
    const odd = `/srv/a b'c"$(x)\`y\`;é`;
    const bed = await aBed({ west: { folders: [odd] } });
    const act = placeCertificateAct(placementOn(bed, { folder: odd }));
    await aBot().perform(act, bed.link);
    expect(bed.west.files.read(`${odd}/${file}`)).toBe(bed.authority);
    expect(await aBot().probe(act, bed.link)).toMatchObject({ kind: 'done' });
  });
});

describe('an approval', () => {
  it('is void when the config has come to mean another host or cluster', async () => {
    const bed = await aBed();
    const act = placeCertificateAct(placementOn(bed));
    const { standby } = bed.link.settings;
    const moved = {
      ...bed.link,
      settings: { ...bed.link.settings, standby: { ...standby, nodes: [{ ...targetOf(bed.west), user: 'root' }] } },
    };
    const renamed = { ...bed.link, settings: { ...bed.link.settings, standby: { ...standby, cluster: 'neo-north' } } };
    const gone = { ...bed.link, settings: { ...bed.link.settings, primary: { cluster: 'neo-east', nodes: [] } } };
    for (const link of [moved, renamed, gone]) {
      expect(await aBot().probe(act, link)).toMatchObject({ kind: 'impossible', why: expect.stringContaining('but the config now') });
      await expect(aBot().perform(act, link)).rejects.toMatchObject({ effect: 'not-applied' });
    }
    expect(bed.west.commands()).toEqual([]);
  });

  it('is void when other words would be sent', async () => {
    const bed = await aBed();
    const act = { ...placeCertificateAct(placementOn(bed)), statements: ['cat > /etc/passwd'] };
    expect(await aBot().probe(act, bed.link)).toMatchObject({ kind: 'impossible', why: expect.stringContaining('in other words') });
    await expect(aBot().perform(act, bed.link)).rejects.toMatchObject({ effect: 'not-applied' });
    expect(await aBot().probe({ ...act, params: { strange: true } }, bed.link)).toMatchObject({ kind: 'impossible' });
    expect(bed.west.commands()).toEqual([]);
  });
});

describe('taking a certificate back', () => {
  it('removes what was put there', async () => {
    const bed = await aBed();
    const placement = placementOn(bed);
    await aBot().perform(placeCertificateAct(placement), bed.link);
    const undo = placeCertificateUndo(placement);
    if (undo.kind === 'none') throw new TypeError('no undo');
    expect(await aBot().probe(undo.act, bed.link)).toEqual({ kind: 'todo' });
    await aBot().perform(undo.act, bed.link);
    expect(await aBot().probe(undo.act, bed.link)).toMatchObject({ kind: 'done', evidence: { found: 'absent' } });
    expect(bed.west.files.list(folder)).toEqual([]);
  });

  it('leaves alone what somebody else put in its place', async () => {
    const bed = await aBed({ west: { files: { [path]: 'somebody’s' } } });
    const undo = placeCertificateUndo(placementOn(bed));
    if (undo.kind === 'none') throw new TypeError('no undo');
    expect(await aBot().probe(undo.act, bed.link)).toMatchObject({ kind: 'impossible' });
    await expect(aBot().perform(undo.act, bed.link)).rejects.toMatchObject({ effect: 'not-applied' });
    expect(bed.west.files.read(path)).toBe('somebody’s');
  });

  it('is not offered when a file was there before', async () => {
    expect(placeCertificateUndo(placementOn(await aBed(), { before: sha256('old') }))).toEqual({
      kind: 'none',
      why: 'east.crt was on west-1 before, and what it held is not kept.',
    });
  });
});

describe('reading from a node', () => {
  it('gives the certificate, its checksum and its end', async () => {
    const { east, authority } = await aBed();
    expect(await readCertificate(connectShell, targetOf(east), authorityPath, anIo())).toEqual({
      text: authority,
      sha256: sha256(authority),
      notAfter: Date.UTC(2049, 11, 31, 23, 59, 59),
    });
  });

  it.each([
    ['nothing', ''],
    ['another text', 'hello'],
    ['base64 that is no certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ])('refuses %s', async (_, text) => {
    const { east } = await aBed();
    east.files.write(authorityPath, text);
    const work = readCertificate(connectShell, targetOf(east), authorityPath, anIo());
    await expect(work).rejects.toMatchObject({ message: `${authorityPath} on east-1 is not a certificate in PEM.` });
  });

  it('says that a file isn’t there', async () => {
    const { east } = await aBed();
    const work = readCertificate(connectShell, targetOf(east), '/nope', anIo());
    await expect(work).rejects.toMatchObject({ message: expect.stringContaining('No such file or directory') });
  });

  it('tells what is at a path', async () => {
    const { west } = await aBed({ west: { files: { [path]: 'x' } } });
    const look = (at: string, name: string) => lookAtFile(connectShell, targetOf(west), at, name, anIo());
    expect(await look(folder, file)).toEqual({ kind: 'file', sha256: sha256('x') });
    expect(await look(folder, 'other.crt')).toEqual({ kind: 'absent' });
    expect(await look('/nowhere', file)).toEqual({ kind: 'no-folder' });
    await expect(look('/etc/neo', 'trusted')).rejects.toMatchObject({ code: 'answer-not-understood' });
  });
});
