import { describe, expect, it } from 'vitest';
import { linkAndEngineFor } from '../../src/app/deps.ts';
import { asLinkId } from '../../src/domain/ids.ts';
import type { Engine } from '../../src/engines/engine.ts';
import { link as id, theLink as link } from '../support/runs.ts';
import { toyEngine, toyWorld } from '../support/toy-engine.ts';

const engine: Engine = toyEngine(toyWorld());
const deps = { links: new Map([[id, link]]), engines: new Map([[engine.id, engine]]) };

describe('an operation on a link', () => {
  it('is given its engine when that has it', () => {
    expect(linkAndEngineFor(deps, id, 'failover')).toEqual({ link, engine });
  });

  it('is refused when the engine does not have it, with what it has', () => {
    expect(linkAndEngineFor(deps, id, 'failback')).toEqual({
      kind: 'refusal',
      code: 'not-supported',
      sentence: 'Link prod-sql is run by cockroach-pcr, which has no failback.',
      next: 'What it has: failover.',
    });
  });

  it('is refused on a link that is not there', () => {
    expect(linkAndEngineFor(deps, asLinkId('nowhere'), 'failover')).toMatchObject({ code: 'unknown-link' });
  });
});
