import { afterEach, describe, expect, it } from 'vitest';
import { Fault } from '../../src/domain/faults.ts';
import { Secret } from '../../src/domain/secret.ts';
import { type HealthDeps, startHealthServer } from '../../src/telemetry/health-server.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { anObservation, aPlan, aStep, folded, needsApproval, proposal } from '../support/runs.ts';

describe('the log', () => {
  const written = (level: 'debug' | 'info' | 'warn' | 'error', say: (log: ReturnType<typeof createLog>) => void): readonly string[] => {
    const lines: string[] = [];
    say(createLog(level, 'bot-1', { write: (line: string) => void lines.push(line) }));
    return lines;
  };

  it('is one JSON line an event, with the worker and the sentence', () => {
    const [line = '', ...more] = written('info', (log) => log.info({ event: 'run.proposed', run: 'r-1' }, 'A run was proposed.'));
    expect(more).toEqual([]);
    expect(JSON.parse(line)).toMatchObject({
      level: 'info',
      event: 'run.proposed',
      run: 'r-1',
      worker: 'bot-1',
      msg: 'A run was proposed.',
    });
  });

  it('tells a fault by its code and facts', () => {
    const cause = new Fault('connect-failed', 'sql-east did not answer.', { effect: 'not-applied', facts: { cluster: 'sql-east' } });
    const [line = ''] = written('warn', (log) => log.warn({ event: 'x', cause }, 'It failed.'));
    expect(JSON.parse(line).cause).toEqual({
      name: 'Fault',
      code: 'connect-failed',
      effect: 'not-applied',
      sentence: 'sql-east did not answer.',
      facts: { cluster: 'sql-east' },
    });
  });

  it('never shows a secret', () => {
    const lines = written('debug', (log) =>
      log.error(
        { event: 'x', password: 'hush-1', nested: { token: 'hush-2', authorization: 'hush-3' }, secret: new Secret('hush-4') },
        'Sentence.',
      ),
    );
    expect(lines.join('')).not.toMatch(/hush/);
    expect(lines.join('')).toMatch(/redacted/);
  });

  it('says nothing below its level', () => {
    expect(written('warn', (log) => log.info({ event: 'x' }, 'Sentence.'))).toEqual([]);
  });
});

describe('the numbers of links', () => {
  const lines = async (metrics: ReturnType<typeof createMetrics>) =>
    (await metrics.expose()).text.split('\n').filter((line) => line.startsWith('replops_l') && line.includes('{') && !line.endsWith(' 0'));

  it('are those of the newest look, read anew at every scrape, with what is not known left out', async () => {
    const metrics = createMetrics();
    let read = async () => [{ link: 'prod-sql', health: 'broken' as const, lagMs: 1_500, lagCount: null as number | null, ageMs: 4_000 }];
    metrics.links(() => read());
    metrics.looked('prod-sql', 'seen');
    expect(await lines(metrics)).toEqual([
      'replops_looks_total{link="prod-sql",outcome="seen"} 1',
      'replops_link_health{link="prod-sql",health="broken"} 1',
      'replops_link_lag_seconds{link="prod-sql"} 1.5',
      'replops_link_look_age_seconds{link="prod-sql"} 4',
    ]);
    expect((await metrics.expose()).text).toContain('replops_link_health{link="prod-sql",health="healthy"} 0');
    read = () => Promise.reject(new Fault('redis-unavailable', 'Gone.', { effect: 'not-applied' }));
    expect(await lines(metrics)).toEqual(['replops_looks_total{link="prod-sql",outcome="seen"} 1']);
  });
});

describe('health', () => {
  let close: () => Promise<void> = async () => undefined;
  afterEach(() => close());

  async function get(path: string, more: Partial<HealthDeps> = {}): Promise<{ status: number; text: string }> {
    const server = await startHealthServer({
      host: '127.0.0.1',
      port: 0,
      metrics: createMetrics(),
      live: () => ({ ready: true, problems: [] }),
      ready: async () => ({ ready: true, problems: [] }),
      ...more,
    });
    close = server.close;
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return { status: response.status, text: await response.text() };
  }

  it.each(['/healthz', '/readyz', '/metrics'])('answers %s', async (path) => {
    expect((await get(path)).status).toBe(200);
  });

  it('is 503 with the reason when the worker went silent', async () => {
    const answer = await get('/healthz', { live: () => ({ ready: false, problems: ['It went silent.'] }) });
    expect(answer).toMatchObject({ status: 503, text: expect.stringContaining('It went silent.') });
  });

  it('is 503 with the reason when Redis does not answer', async () => {
    const answer = await get('/readyz', { ready: async () => ({ ready: false, problems: ['Redis does not answer.'] }) });
    expect(answer).toMatchObject({ status: 503, text: expect.stringContaining('Redis does not answer.') });
  });

  it('is 500 rather than silent when the look itself fails', async () => {
    expect((await get('/readyz', { ready: () => Promise.reject(new TypeError('x')) })).status).toBe(500);
  });

  it('says which paths there are', async () => {
    expect(await get('/')).toMatchObject({ status: 404, text: expect.stringContaining('/metrics') });
  });

  it('says how to mend a port that is taken', async () => {
    const taken = await startHealthServer({
      host: '127.0.0.1',
      port: 0,
      metrics: createMetrics(),
      live: () => ({ ready: true, problems: [] }),
      ready: async () => ({ ready: true, problems: [] }),
    });
    close = taken.close;
    await expect(get('/', { port: taken.port })).rejects.toThrow(/health\.port/);
  });
});

describe('metrics', () => {
  it('count runs by how they end, halts, take-overs and the time of steps', async () => {
    const metrics = createMetrics();
    metrics.lastSweepAge(() => 1_500);
    const plan = aPlan([aStep('s1')]);
    const begun = [
      proposal(plan),
      { kind: 'approval-asked', at: 1, requirement: (needsApproval() as never as { requirement: never }).requirement, expiresAt: 9 },
      { kind: 'approved', at: 2, by: [], startBy: 9 },
      { kind: 'started', at: 3, observation: anObservation() },
      { kind: 'intent', at: 1_000, step: 's1', effect: 'e' as never, attempt: 1, deadlineAt: 9_000, inverse: null, undoing: false },
    ] as const;
    const done = { kind: 'done', at: 3_000, step: 's1', effect: 'e' as never, evidence: {}, undoing: false } as const;
    const end = { kind: 'succeeded', at: 4_000, report: { sentence: '', lossMs: null, downtimeMs: null, facts: [] } } as const;
    metrics.entryWritten(done, folded(...begun, done));
    metrics.entryWritten(end, folded(...begun, done, end));
    metrics.entryWritten({ kind: 'taken-over', at: 5, worker: 'b', from: 'a', fence: 1 }, folded(...begun));
    const { text } = await metrics.expose();
    expect(text).toContain('replops_runs_total{operation="failover",state="succeeded"} 1');
    expect(text).toContain('replops_step_seconds_sum{kind="test.s1"} 2');
    expect(text).toContain('replops_take_overs_total 1');
    expect(text).toContain('replops_last_sweep_age_seconds 1.5');
  });
});
