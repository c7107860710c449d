import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Link } from '../../../src/domain/link.ts';
import type { Plan, Step } from '../../../src/domain/plan.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { withRedirectHook } from '../../../src/engines/redirect/hook.ts';
import { type RedirectHook, startRedirectHook } from '../../../src/sim/redirect-hook.ts';
import { callHook } from '../../../src/transports/hook.ts';
import { anIo } from '../../conformance/drive.ts';
import { anObservation, aPlan, aStep, link as linkId } from '../../support/runs.ts';
import { toyEngine, toyWorld } from '../../support/toy-engine.ts';

const redirect = aStep('s2', {
  kind: 'redirect',
  by: 'person',
  cluster: null,
  side: null,
  statements: ['Move the name.'],
  params: { to: 'sql-west' },
});
const plain: Plan = aPlan([aStep('s1'), redirect, aStep('s3', { kind: 'redirect', by: 'person', params: {} })]);
const planner: Engine = { ...toyEngine(toyWorld()), plan: () => plain };
const engine = withRedirectHook(planner, callHook);

let hook: RedirectHook;
beforeEach(async () => {
  hook = await startRedirectHook({ [linkId]: 'sql-east' });
});
afterEach(() => hook.close());

const linkWith = (redirectBy: Link['redirect']): Link => ({
  id: linkId,
  engine: 'cockroach-pcr',
  environment: 'production',
  description: '',
  incidentChannels: [],
  redirect: redirectBy,
  settings: {},
});
const aLink = (more: object = {}): Link =>
  linkWith({ kind: 'hook', url: hook.url, authorization: new Secret(hook.authorization), instructions: 'Call the network team.', ...more });

const operation = { kind: 'failover', link: linkId, to: { kind: 'latest' } } as const;

function hookStep(link: Link): Step {
  const plan = engine.plan(operation, link, anObservation());
  const step = plan.kind === 'plan' ? plan.steps[1] : undefined;
  if (step === undefined) throw new TypeError('no step');
  return step;
}

const executor = () => {
  const found = engine.steps['redirect.hook'];
  if (found === undefined) throw new TypeError('no executor');
  return found;
};

describe('a plan on a link with a hook', () => {
  it('has the engine call the hook where people would have redirected', () => {
    const step = hookStep(aLink());
    expect(step).toMatchObject({
      kind: 'redirect.hook',
      by: 'engine',
      statements: [`POST ${hook.url} {"link":"prod-sql","to":"sql-west"}`],
    });
    expect(JSON.stringify(step)).not.toContain(hook.authorization);
  });

  it('leaves alone what names no cluster, and links that people redirect', () => {
    const plan = engine.plan(operation, aLink(), anObservation());
    expect(plan.kind === 'plan' && plan.steps[2]?.by).toBe('person');
    expect(engine.plan(operation, linkWith({ kind: 'manual', instructions: 'x' }), anObservation())).toEqual(plain);
  });
});

describe('the step', () => {
  it('is todo, is done once, and is done again without a call', async () => {
    const link = aLink();
    const step = hookStep(link);
    expect(await executor().probe(step, link, anIo())).toEqual({ kind: 'todo' });
    await executor().perform(step, link, anIo());
    expect(await executor().probe(step, link, anIo())).toEqual({ kind: 'done', evidence: { 'traffic goes to': 'sql-west' } });
    expect(hook.moves()).toEqual([{ link: 'prod-sql', to: 'sql-west' }]);
  });

  it.each([
    ['refuse', { code: 'statement-refused', effect: 'not-applied' }],
    ['fail', { code: 'statement-refused', effect: 'unknown' }],
    ['lose', { code: 'connection-lost', effect: 'unknown' }],
    ['hang', { code: 'deadline-passed', effect: 'unknown' }],
    ['babble', { code: 'answer-not-understood', effect: 'unknown' }],
  ] as const)('knows what a hook that does "%s" leaves behind', async (trouble, fault) => {
    const link = aLink();
    const step = hookStep(link);
    hook.trouble(trouble);
    await expect(executor().perform(step, link, anIo({ timeoutMs: trouble === 'hang' ? 1_500 : 30_000 }))).rejects.toMatchObject(fault);
    hook.trouble('none');
    const settled = await executor().probe(step, link, anIo());
    expect(settled.kind).toBe(trouble === 'lose' ? 'done' : 'todo');
  });

  it('was surely not sent when the hook is gone or the work is stopped', async () => {
    const link = aLink();
    const step = hookStep(link);
    await expect(executor().perform(step, link, anIo({ signal: AbortSignal.abort() }))).rejects.toMatchObject({
      code: 'aborted',
      effect: 'not-applied',
    });
    await hook.close();
    await expect(executor().perform(step, link, anIo())).rejects.toMatchObject({ code: 'connect-failed', effect: 'not-applied' });
  });

  it('is not sent to another hook than the one that was approved', async () => {
    const step = hookStep(aLink());
    const moved = aLink({ url: `${hook.url}/elsewhere` });
    expect(await executor().probe(step, moved, anIo())).toMatchObject({ kind: 'impossible', why: expect.stringContaining('another hook') });
    await expect(executor().perform(step, moved, anIo())).rejects.toMatchObject({ effect: 'not-applied' });
    expect(await executor().probe(step, linkWith({ kind: 'manual', instructions: 'Move it.' }), anIo())).toMatchObject({
      kind: 'impossible',
    });
    expect(hook.moves()).toEqual([]);
  });
});

describe('the preflight', () => {
  const last = async (link: Link) => (await engine.preflight(operation, link, anIo())).at(-1);

  it('says where the traffic goes', async () => {
    expect(await last(aLink())).toMatchObject({ outcome: 'passed', seen: 'The hook answers; the traffic of prod-sql goes to sql-east.' });
  });

  it('says what is wrong with the hook, and never its authorization', async () => {
    const wrong = await last(aLink({ authorization: new Secret('Bearer stale') }));
    expect(wrong).toMatchObject({
      outcome: 'failed',
      seen: expect.stringContaining('status 401'),
      next: expect.stringContaining('Call the network team.'),
    });
    expect(JSON.stringify(wrong)).not.toContain('stale');
  });
});
