import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { type LdrSettings, parseLdrSettings } from '../../../src/engines/cockroach-ldr/config.ts';
import type { LdrWorld } from '../../../src/sim/cockroach/ldr/ldr-world.ts';
import { createAuthority } from '../../../src/sim/tls/certificate.ts';
import { byHand, type LdrBed, ldrLinkId as link, openLdr, streamPassword } from '../../conformance/cockroach-ldr-bed.ts';
import { anIo, carryOut, executorFor, planOn, settle, through } from '../../conformance/drive.ts';
import { until } from '../../support/until.ts';

let bed: LdrBed | null = null;
afterEach(async () => {
  await bed?.close();
  bed = null;
});

const setup = { kind: 'setup', link } as const;
const host = 'east.example';
const users = [{ name: 'ops', password: streamPassword, admin: true }];

interface Way {
  /** PEM, or what was put into the file instead. */
  readonly ca?: string;
  readonly reach?: Readonly<Record<string, unknown>>;
}

/** The link's settings as somebody writes them into the config file. */
function fromConfig(world: LdrWorld, { ca, reach }: Way): LdrSettings {
  const files: Readonly<Record<string, string>> = {
    'file:/east-ca.crt': ca ?? world.primary.ca ?? '',
    'file:/own-ca.crt': world.primary.ca ?? '',
  };
  const side = ({ cluster, port }: LdrWorld['primary']) => ({
    cluster,
    host: '127.0.0.1',
    port,
    user: 'ops',
    password: 'env:PW',
    tls: { ca: 'file:/own-ca.crt' },
  });
  const parsed = parseLdrSettings(
    {
      primary: side(world.primary),
      standby: side(world.standby),
      tables: ['shop.public.orders', 'shop.public.items'],
      streams: {
        toStandby: {
          externalConnection: 'on_to_east',
          reach: { host, port: 26_257, user: 'stream', password: 'env:PW', ca: 'file:/east-ca.crt', ...reach },
        },
      },
    },
    (reference) => new Secret(files[reference] ?? streamPassword),
  );
  if (parsed.kind !== 'parsed') throw new TypeError(JSON.stringify(parsed.problems));
  return parsed.settings;
}

async function open(way: Way = {}, start: 'none' | 'replicating' = 'none'): Promise<LdrBed> {
  const connections = { primary: 'back_to_west', standby: 'on_to_east' };
  const addresses = { primary: [`${host}:26257`, 'other.example:26257'] };
  bed = await openLdr('26.2', {
    world: { users, start, addresses, tls: true, ...(start === 'none' ? {} : { connections }) },
    settings: (world) => fromConfig(world, way),
  });
  return bed;
}

/** Carries the plan out up to the start of the stream, and starts that. */
async function start(on: LdrBed): Promise<unknown> {
  const plan = await planOn(on, setup);
  const at = plan.steps.findIndex(({ kind }) => kind === 'ldr.create-stream');
  const create = plan.steps[at];
  if (create === undefined) throw new TypeError('nothing is started');
  await through(on, { ...plan, steps: plan.steps.slice(0, at) }, async (step) => void (await carryOut(on, step, () => on.engine())));
  return executorFor(on.engine(), create)
    .perform(create, on.link, anIo())
    .then(
      () => null,
      (cause: unknown) => cause,
    );
}

describe('a connection that brings its certificate along, by one address', { timeout: 180_000 }, () => {
  it('is made from the config, is not shown, and leads to a replication that moves', async () => {
    const on = await open({ reach: { route: 'gateway' } });
    const plan = await planOn(on, setup);
    const shown = plan.steps.flatMap(({ statements }) => statements).find((statement) => statement.startsWith('CREATE EXTERNAL'));
    expect(shown).toMatch(
      /^CREATE EXTERNAL CONNECTION "on_to_east" AS 'postgresql:\/\/stream:\*\*\*\*\*@east\.example:26257\/shop\?options=-ccluster%3Dsystem&sslmode=verify-full&sslinline=true&sslrootcert=<certificate [0-9a-f]{16}>&crdb_route=gateway'$/,
    );
    expect(JSON.stringify(plan)).not.toContain('BEGIN');
    await through(on, plan, async (step) => void (await carryOut(on, step, () => on.engine())));
    const sent = on.world.effects().find(({ kind }) => kind === 'create-external-connection')?.statement ?? '';
    const uri = new URL(/AS '(.*)'$/s.exec(sent)?.[1]?.replaceAll("''", "'") ?? '');
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      options: '-ccluster=system',
      sslmode: 'verify-full',
      sslinline: 'true',
      sslrootcert: on.world.primary.ca,
      crdb_route: 'gateway',
    });
    const seen = await on.engine().observe(on.link, anIo());
    expect(seen).toMatchObject({ health: 'healthy', headline: expect.stringMatching(/^sql-east → sql-west: sql-west follows/) });
    expect(JSON.stringify(seen)).not.toContain('BEGIN');
    expect(on.world.tables('standby').map(({ rows }) => rows)).toEqual([1_000, 1_000]);
  });

  const stranger = createAuthority(['localhost']).ca;
  it.each<readonly [string, Way, RegExp]>([
    ["another authority's certificate", { ca: stranger }, /x509: certificate signed by unknown authority/],
    ['a text that is no certificate', { ca: 'see the wiki' }, /unable to add CA to cert pool/],
    ['a certificate that is cut off', { ca: stranger.slice(0, 200) }, /unable to add CA to cert pool/],
    ['no TLS', { reach: { tls: 'disable', ca: undefined } }, /node is running secure mode, SSL connection required/],
  ])('starts nothing with %s, and says what CockroachDB says', async (_, way, why) => {
    const on = await open(way);
    expect(await start(on)).toMatchObject({ code: 'statement-refused', effect: 'not-applied', message: expect.stringMatching(why) });
    expect(on.world.ldrJobs('standby')).toEqual([]);
  });

  it('has a running job pause itself when it is renewed with a certificate that does not fit, which the run tells', async () => {
    const on = await open({ ca: stranger, reach: { user: 'ops' } }, 'replicating');
    const plan = await planOn(on, { kind: 'reconnect', link });
    const proof = plan.steps.at(-1);
    if (proof === undefined) throw new TypeError('nothing is proven');
    for (const step of plan.steps.slice(0, -1)) {
      // The answer to the last one may be that it never came to run.
      await carryOut(on, step, () => on.engine()).catch((cause: unknown) => {
        if (step.kind !== 'ldr.bounce') throw cause;
      });
    }
    await until(() => on.world.ldrJobs('standby').every(({ status }) => status === 'paused'), 'the job has paused itself');
    expect(await settle(on, proof, () => on.engine())).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('a certificate is not accepted'),
    });
    expect(await on.engine().observe(on.link, anIo())).toMatchObject({
      health: 'broken',
      headline: expect.stringContaining('a certificate is not accepted'),
    });
  });
});

describe('a connection that somebody makes by hand', { timeout: 180_000 }, () => {
  const stream = `CREATE LOGICAL REPLICATION STREAM FROM TABLE shop.public.orders ON 'external://by_hand' INTO TABLE shop.public.orders`;
  const inline = (ca: string | null): string => `sslinline=true&sslrootcert=${encodeURIComponent(ca ?? '')}`;

  it.each<readonly [string, (ca: string | null) => string, RegExp | null]>([
    ['with its certificate', (ca) => `?sslmode=verify-full&${inline(ca)}`, null],
    ['with the usual route', (ca) => `?sslmode=verify-full&${inline(ca)}&crdb_route=node`, null],
    [
      'without the word that the certificate is in it',
      (ca) => `?sslmode=verify-full&${inline(ca).replace('sslinline=true&', '')}`,
      /unable to read CA file/,
    ],
    [
      'with half of a login by certificate',
      (ca) => `?sslmode=verify-full&${inline(ca)}&sslcert=x`,
      /both "sslcert" and "sslkey" are required/,
    ],
    ['with a route that nobody knows', (ca) => `?sslmode=verify-full&${inline(ca)}&crdb_route=moon`, /unknown crdb_route value "moon"/],
  ])('%s', async (_, query, why) => {
    const on = await open();
    const login = `ops:${encodeURIComponent(streamPassword)}`.replaceAll("'", '%27');
    await byHand(
      on.world,
      'standby',
      `CREATE EXTERNAL CONNECTION by_hand AS 'postgresql://${login}@${host}:26257/shop${query(on.world.primary.ca)}'`,
    );
    await on.world.control().locally('primary', 'root', 'SET CLUSTER SETTING kv.rangefeed.enabled = true');
    const started = byHand(on.world, 'standby', stream);
    if (why === null) await expect(started).resolves.toBeUndefined();
    else await expect(started).rejects.toMatchObject({ message: expect.stringMatching(why) });
    expect(on.world.ldrJobs('standby')).toHaveLength(why === null ? 1 : 0);
  });
});
