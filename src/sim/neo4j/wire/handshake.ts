import type { Inbox } from './inbox.ts';

/** Bolt versions that the server speaks, as minor versions of 5. */
const newestMinor = 8;
const oldestMinor = 7;

const magic = 0x6060b017;

/** The highest 5.x that a slot `00 range minor major` and the server share; null when there is none. */
function sharedMinor(slot: Buffer): number | null {
  const [, range = 0, minor = 0, major = 0] = slot;
  const shared = Math.min(minor, newestMinor);
  return major === 5 && shared >= oldestMinor && shared >= minor - range ? shared : null;
}

const isManifest = (slot: Buffer): boolean => slot.readUInt32BE(0) === 0x000001ff;

/** Lets the client choose from a list: versions, then capabilities, of which there are none. */
async function byManifest(inbox: Inbox, send: (bytes: Buffer) => void): Promise<number | null> {
  send(Buffer.from([0x00, 0x00, 0x01, 0xff, 1, 0x00, newestMinor - oldestMinor, newestMinor, 5, 0x00]));
  const chosen = await inbox.bytes(5);
  return chosen[3] === 5 && chosen[4] === 0 ? sharedMinor(chosen.subarray(0, 4)) : null;
}

/** Agrees on a version of Bolt. Returns the minor version of 5, or null when the client speaks something else. */
export async function agreeOnVersion(inbox: Inbox, send: (bytes: Buffer) => void, manner: 'manifest' | 'legacy'): Promise<number | null> {
  const opening = await inbox.bytes(20);
  if (opening.readUInt32BE(0) !== magic) return null;
  const slots = [4, 8, 12, 16].map((at) => opening.subarray(at, at + 4));
  if (manner === 'manifest' && slots.some(isManifest)) return byManifest(inbox, send);
  const minor = slots.map(sharedMinor).find((shared) => shared !== null) ?? null;
  send(Buffer.from(minor === null ? [0, 0, 0, 0] : [0, 0, minor, 5]));
  return minor;
}
