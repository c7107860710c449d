import { describe, expect, it } from 'vitest';
import type { AppDeps } from '../../src/app/deps.ts';
import { check, describeLink, inspect, planFor, showStatus } from '../../src/app/reading.ts';
import { systemClock } from '../../src/domain/clock.ts';
import type { Link } from '../../src/domain/link.ts';
import { silentLog } from '../../src/domain/log.ts';
import { type Engine, patienceOf } from '../../src/engines/engine.ts';
import { allowed, ana, anObservation, aPerson, link } from '../support/runs.ts';
import { toyEngine, toyWorld } from '../support/toy-engine.ts';

const usualMs = 8_000;

/** An engine that answers at once and remembers how long it might have taken. */
function patient(patienceMs: number): { readonly engine: Engine; readonly given: number[] } {
  const given: number[] = [];
  const toy = toyEngine(toyWorld());
  const engine: Engine = {
    ...toy,
    patienceMs,
    observe: async (_link, io) => {
      given.push(io.timeoutMs);
      return anObservation();
    },
    preflight: async (_operation, _link, io) => {
      given.push(io.timeoutMs);
      return [];
    },
    inspections: {
      backups: {
        look: async (_link, io) => {
          given.push(io.timeoutMs);
          return { headline: 'None.', columns: [], rows: [], notes: [] };
        },
      },
    },
  };
  return { engine, given };
}

function depsOf(engine: Engine): AppDeps {
  const none = async () => [];
  const only: Link = {
    id: link,
    engine: engine.id,
    environment: 'production',
    description: 'Orders',
    incidentChannels: [],
    redirect: { kind: 'manual', instructions: 'Move it.' },
    settings: {},
  };
  const parts = {
    links: new Map([[link, only]]),
    engines: new Map([[engine.id, engine]]),
    policy: { judge: async () => allowed },
    journal: { recent: none, read: none },
    clock: systemClock,
    log: silentLog,
    observeMs: usualMs,
    history: none,
  };
  // Only what looking needs is there; anything else would fail the test.
  return parts as unknown as AppDeps;
}

describe('the time that an engine gets for a look', () => {
  it.each([
    ['the usual one', undefined, 8_000],
    ['its own when that is longer', 30_000, 30_000],
    ['the usual one when its own is shorter', 2_000, 8_000],
    ['no more than a bound', 3_600_000, 90_000],
  ])('is %s', (_name, patienceMs, expected) => {
    expect(patienceOf(patienceMs === undefined ? {} : { patienceMs }, usualMs)).toBe(expected);
  });

  it('is the usual one in a list of links, so that a slow one does not keep the others waiting', async () => {
    const { engine, given } = patient(60_000);
    await showStatus(depsOf(engine), null, false);
    await showStatus(depsOf(engine), link, false);
    expect(given).toEqual([usualMs, usualMs]);
  });

  it('is all of its own where much rests on the answer', async () => {
    const { engine, given } = patient(60_000);
    const deps = depsOf(engine);
    await describeLink(deps, link);
    await inspect(deps, 'backups', link);
    await check(deps, 'failover', link);
    await planFor(deps, { kind: 'failover', link, to: { kind: 'latest' } }, aPerson(ana), false);
    expect(given).toEqual([60_000, 60_000, 60_000, 60_000]);
  });
});
