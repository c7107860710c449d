import { z } from 'zod';
import { Fault, isFault } from '../../domain/faults.ts';
import type { Link } from '../../domain/link.ts';
import type { Act, Check, Plan, Step } from '../../domain/plan.ts';
import { redirectHookKind, redirectKind } from '../../domain/redirect.ts';
import { isRefusal } from '../../domain/refusal.ts';
import type { CallHook } from '../../transports/hook.ts';
import type { Engine, EngineIo, Probe, StepExecutor } from '../engine.ts';

/** From the call to the proof that the traffic goes there, ms. */
const budgetMs = 300_000;
const performMs = 60_000;

const answerOf = z.object({ serving: z.string().max(300) });
const paramsOf = z.object({ to: z.string() });

type Hook = Extract<Link['redirect'], { kind: 'hook' }>;

/**
 * The same engine for links whose traffic is redirected by a hook: the step of people becomes one that is carried out, looked at
 * before and proven after like every other. A link without a hook is not touched.
 */
export function withRedirectHook(engine: Engine, call: CallHook): Engine {
  return {
    ...engine,
    plan: (operation, link, seen) => {
      const plan = engine.plan(operation, link, seen);
      return isRefusal(plan) || link.redirect.kind === 'manual' ? plan : hooked(plan, link.redirect);
    },
    preflight: async (operation, link, io) => {
      const checks = await engine.preflight(operation, link, io);
      return link.redirect.kind === 'manual' ? checks : [...checks, await hookCheck(link, link.redirect, call, io)];
    },
    steps: { ...engine.steps, [redirectHookKind]: executor(call) },
  };
}

const hooked = (plan: Plan, hook: Hook): Plan => ({ ...plan, steps: plan.steps.map((step) => hookedStep(plan, step, hook)) });

function hookedStep(plan: Plan, step: Step, hook: Hook): Step {
  const to = paramsOf.safeParse(step.params);
  if (step.by !== 'person' || step.kind !== redirectKind || !to.success) return step;
  return {
    ...step,
    kind: redirectHookKind,
    statements: [statementOf(hook, plan.link, to.data.to)],
    params: { to: to.data.to },
    budgetMs,
    performMs,
    by: 'engine',
    undo: { kind: 'none', why: 'The traffic follows the side that serves; it goes back when that side changes again.' },
  };
}

const statementOf = ({ url }: Hook, link: string, to: string): string => `POST ${url} ${JSON.stringify({ link, to })}`;

function executor(call: CallHook): StepExecutor {
  return {
    probe: async (act, link, io) => {
      const bound = bind(act, link);
      if (typeof bound === 'string') return { kind: 'impossible', why: bound, evidence: {} };
      const { hook, to } = bound;
      const serving = await servingNow(link, hook, call, io);
      return serving === to ? { kind: 'done', evidence: { 'traffic goes to': serving } } : ({ kind: 'todo' } satisfies Probe);
    },
    perform: async (act, link, io) => {
      const bound = bind(act, link);
      if (typeof bound === 'string') throw new Fault('statement-refused', bound, { effect: 'not-applied', facts: { kind: act.kind } });
      await call(bound.hook, { body: { link: link.id, to: bound.to } }, io);
    },
  };
}

/** What is called has to be what was approved, whatever the config says now. */
function bind(act: Act, link: Link): string | { readonly hook: Hook; readonly to: string } {
  const params = paramsOf.safeParse(act.params);
  const { redirect } = link;
  if (!params.success) return `'${act.title}' names no cluster.`;
  if (redirect.kind !== 'hook') return `The config of ${link.id} no longer names a hook for the traffic. ${redirect.instructions}`;
  if (act.statements[0] !== statementOf(redirect, link.id, params.data.to)) {
    return `The config of ${link.id} names another hook for the traffic now than the one that was approved.`;
  }
  return { hook: redirect, to: params.data.to };
}

/** Name of the cluster that the traffic goes to, by the hook's own word. */
async function servingNow(link: Link, hook: Hook, call: CallHook, io: EngineIo): Promise<string> {
  const answer = answerOf.safeParse(await call(hook, { query: { link: link.id } }, io));
  if (answer.success) return answer.data.serving;
  const { host } = new URL(hook.url);
  throw new Fault(
    'answer-not-understood',
    `${host} does not say where the traffic of ${link.id} goes: {"serving": "CLUSTER"} is expected.`,
    {
      effect: 'not-applied',
      facts: { host },
    },
  );
}

async function hookCheck(link: Link, hook: Hook, call: CallHook, io: EngineIo): Promise<Check> {
  const name = 'redirect hook';
  try {
    const serving = await servingNow(link, hook, call, io);
    return { name, outcome: 'passed', seen: `The hook answers; the traffic of ${link.id} goes to ${serving}.`, next: null };
  } catch (cause) {
    if (!isFault(cause)) throw cause;
    return {
      name,
      outcome: 'failed',
      seen: `The hook that redirects the traffic of ${link.id} does not work: ${cause.message}`,
      next: `Mend it, or change redirect to manual: ${hook.instructions}`,
    };
  }
}
