import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { createActor } from './actor.ts';
import { dropEphemeral } from './acts.ts';
import { parseJson } from './body.ts';
import type { ActingDeps } from './clicking.ts';
import { composed } from './composing.ts';
import type { Actor } from './contract.ts';
import { changeFor, stateFor } from './page-state.ts';
import type { World } from './world.ts';

const folder = new URL('./page/', import.meta.url);

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'";

/** The page: its files, a stream of what changes, and what a person does there. */
export interface PageServer {
  asset(name: string, response: ServerResponse): Promise<void>;
  stream(person: string, request: IncomingMessage, response: ServerResponse): void;
  act(body: Buffer): Promise<{ readonly status: number; readonly body: unknown }>;
  close(): void;
}

const element = { actionId: z.string(), confirm: z.boolean().default(false), value: z.string().optional() };
const place = { channel: z.string(), ts: z.string() };
const typedValues = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

const deed = z.discriminatedUnion('act', [
  z.object({ act: z.literal('type'), channel: z.string(), text: z.string().min(1).max(40_000), threadTs: z.string().optional() }),
  z.object({ act: z.literal('react'), ...place, name: z.string() }),
  z.object({ act: z.literal('unreact'), ...place, name: z.string() }),
  z.object({ act: z.literal('remove'), ...place }),
  z.object({ act: z.literal('dismiss'), ts: z.string() }),
  z.object({ act: z.literal('click'), ...place, ...element }),
  z.object({ act: z.literal('click-view'), ...element }),
  z.object({ act: z.literal('click-home'), ...element }),
  z.object({ act: z.literal('submit'), values: typedValues }),
  z.object({ act: z.literal('close-view') }),
  z.object({ act: z.literal('open-home') }),
  z.object({ act: z.literal('join'), channel: z.string() }),
]);
const request = z.object({ as: z.string(), deed });

type Deed = z.infer<typeof deed>;

const choice = (one: { confirm: boolean; value?: string | undefined }) =>
  one.value === undefined ? { confirm: one.confirm } : { confirm: one.confirm, value: one.value };

/** A line that starts with a slash is a command, but not in a thread. */
function type(deps: ActingDeps, actor: Actor, one: Extract<Deed, { act: 'type' }>): unknown {
  const text = composed(deps.world, one.text);
  if (one.text.startsWith('/') && one.threadTs === undefined) return actor.command(text, one.channel);
  if (one.text.startsWith('/')) throw new TypeError('Commands cannot be used in threads.');
  return { ts: actor.say(one.channel, text, one.threadTs) };
}

function carryOut(deps: ActingDeps, actor: Actor, one: Deed): unknown {
  switch (one.act) {
    case 'type':
      return type(deps, actor, one);
    case 'react':
      return actor.react(one.channel, one.ts, one.name);
    case 'unreact':
      return actor.unreact(one.channel, one.ts, one.name);
    case 'remove':
      return actor.remove(one.channel, one.ts);
    case 'dismiss':
      return dropEphemeral(deps.world, actor.id, one.ts);
    case 'click':
      return actor.click(one.channel, one.ts, one.actionId, choice(one));
    case 'click-view':
      return actor.clickInView(one.actionId, choice(one));
    case 'click-home':
      return actor.clickHome(one.actionId, choice(one));
    case 'submit':
      return actor.submitView(one.values);
    case 'close-view':
      return actor.closeView();
    case 'open-home':
      return actor.openHome();
    case 'join':
      return actor.join(one.channel);
  }
}

async function sendAsset(names: Promise<readonly string[]>, name: string, response: ServerResponse): Promise<void> {
  // Only names that are in the folder are opened, so no path leads out of it.
  if (!(await names).includes(name)) return void response.writeHead(404).end('not found');
  const bytes = await readFile(new URL(name, folder));
  const extension = name.split('.').at(-1) ?? '';
  const headers = {
    'content-type': types[extension] ?? 'application/octet-stream',
    'cache-control': 'no-cache',
    'content-security-policy': pagePolicy,
  };
  response.writeHead(200, { ...headers, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' }).end(bytes);
}

/** By id or handle; somebody unknown, as after a restart with another seed, becomes the first member. */
function shownPerson(world: World, asked: string): string | undefined {
  const people = [...world.people.values()];
  const found = people.find((person) => person.id === asked || person.name === asked) ?? people.find((person) => person.kind === 'member');
  return found?.id;
}

/** The whole state first, then what changes: on one stream, so nothing can be missed in between. */
function openStream(deps: ActingDeps, person: string, incoming: IncomingMessage, response: ServerResponse, ended: () => void): void {
  const { world } = deps;
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'x-accel-buffering': 'no' });
  const send = (frame: unknown) => response.write(`data: ${JSON.stringify(frame)}\n\n`);
  send(stateFor(world, person, [...deps.commands]));
  const forget = world.watch((change) => {
    const frame = changeFor(world, person, change);
    if (frame !== null) send(frame);
  });
  incoming.on('close', () => {
    forget();
    ended();
  });
}

async function actOn(deps: ActingDeps, body: Buffer): Promise<{ readonly status: number; readonly body: unknown }> {
  const parsed = request.safeParse(parseJson(body.toString()));
  if (!parsed.success) return { status: 400, body: { problem: 'not understood' } };
  try {
    const outcome = await carryOut(deps, createActor(deps, parsed.data.as), parsed.data.deed);
    return { status: 200, body: outcome ?? {} };
  } catch (cause) {
    if (cause instanceof TypeError) return { status: 400, body: { problem: cause.message } };
    throw cause;
  }
}

export function createPageServer(deps: ActingDeps): PageServer {
  const streams = new Set<ServerResponse>();
  const names = readdir(folder);
  return {
    asset: (name, response) => sendAsset(names, name, response),
    stream: (asked, incoming, response) => {
      const person = shownPerson(deps.world, asked);
      if (person === undefined) return void response.writeHead(404).end();
      streams.add(response);
      openStream(deps, person, incoming, response, () => streams.delete(response));
    },
    act: (body) => actOn(deps, body),
    close: () => {
      for (const response of streams) response.end();
    },
  };
}
