import { describe, expect, it } from 'vitest';
import {
  aJob,
  aLink,
  aReach,
  aSide,
  bare,
  bothWays,
  following,
  linkId,
  micros,
  mutual,
  onVersion,
  outline,
  planned,
  refusal,
} from './scenes.ts';

const reconnect = { kind: 'reconnect', link: linkId } as const;
const hour = 3_600_000;
const held = { status: 'paused', replicated: micros(hour) } as const;
const stuck = { status: 'paused', runningStatus: 'pausing after error: x', replicated: micros(hour) } as const;

describe('a reconnect of what stands still', () => {
  it('leaves paused what somebody paused by hand, and says until when it can be resumed', () => {
    const plan = planned(reconnect, following(held));
    expect(outline(plan)).toEqual(['ldr.prove-login sql-east', 'ldr.alter-connection sql-west']);
    expect(plan.summary).toBe('Renew the external connection of sql-west, and have replication use it once it is resumed.');
    expect(plan.warnings[0]).toBe(
      `sql-east → sql-west is paused by hand (job ${aJob().id}) and stays paused. It reads the renewed connection when it is resumed (/repl resume shop); whether that works is known only then. It can be resumed for about 23 h more; after that it has to be set up again with a full copy.`,
    );
  });

  it('lets a job that met an error try again, and says so', () => {
    const plan = planned(reconnect, following(stuck));
    expect(outline(plan)).toEqual([
      'ldr.prove-login sql-east',
      'ldr.alter-connection sql-west',
      'ldr.bounce sql-west',
      'ldr.prove-advance sql-west',
    ]);
    expect(plan.warnings[0]).toContain('paused itself after an error');
    expect(plan.summary).toBe('Renew the external connection of sql-west, and have replication use it.');
  });

  it('tells the jobs of a link apart', () => {
    const jobs = [aJob({ id: '7', covers: [0], ...held }), aJob({ id: '8', covers: [1] })];
    const plan = planned(reconnect, following({}, { jobs }));
    expect(plan.steps.map(({ kind, params }) => [kind, params['job'] ?? null])).toEqual([
      ['ldr.prove-login', null],
      ['ldr.alter-connection', null],
      ['ldr.bounce', '8'],
    ]);
    const both = planned(reconnect, mutual(held), bothWays());
    expect(outline(both)).toEqual([
      'ldr.prove-login sql-east',
      'ldr.alter-connection sql-west',
      'ldr.prove-login sql-west',
      'ldr.alter-connection sql-east',
      'ldr.bounce sql-east',
      'ldr.prove-advance sql-east',
    ]);
  });

  it('draws the line before the first connection that is changed, since what it held is not known', () => {
    const lines = (plan: ReturnType<typeof planned>) => plan.steps.filter(({ pointOfNoReturn }) => pointOfNoReturn).map(({ kind }) => kind);
    expect(lines(planned(reconnect, mutual(), bothWays()))).toEqual(['ldr.alter-connection']);
    const older = { ...following(), standby: aSide({ jobs: [aJob()], ...onVersion('25.1') }) };
    expect(lines(planned(reconnect, older))).toEqual(['ldr.drop-connection']);
  });

  it('says what is left if a connection that is made anew is refused, where it can not be changed in place', () => {
    const on = (version: '25.1' | '26.2') => ({ ...following(), standby: aSide({ jobs: [aJob()], ...onVersion(version) }) });
    const remade =
      "to_east can only be dropped and made anew: if CockroachDB refuses the new one, for instance because it can't connect by it";
    expect(planned(reconnect, on('25.1')).warnings).toContain(
      `sql-west runs v25.1.4, where ${remade}, sql-west has none until the cause is mended. sql-east → sql-west goes on until its job starts again, and stops then.`,
    );
    expect(planned(reconnect, on('26.2')).warnings.join(' ')).not.toContain('made anew');
    const people = aLink({ streams: { primary: null, standby: { externalConnection: 'to_east', reach: null } } });
    expect(planned(reconnect, on('25.1'), people).warnings.join(' ')).not.toContain('made anew');
  });

  it('has nothing to say of that where everything moves', () => {
    const plan = planned(reconnect, { ...following(), primary: aSide({ history: 'kept' }) }, aLink());
    expect(plan.warnings.join(' ')).not.toMatch(/paused by hand|paused itself/);
  });
});

describe('an address that is a gateway', () => {
  const through = aLink({ streams: { primary: null, standby: { externalConnection: 'to_east', reach: aReach({ route: 'gateway' }) } } });
  const on = (version: '24.3' | '25.1', jobs = [aJob()]) => ({
    ...following(),
    primary: aSide({ history: 'kept', ...onVersion(version) }),
    standby: aSide({ jobs, ...onVersion(version) }),
  });
  const words = "sql-west runs v24.3.12, which can't follow through a gateway: that exists from v25.1 on.";
  const next = 'Let its nodes reach every node of sql-east and take route out of settings.streams.toStandby.reach, or upgrade both sides.';

  it('is refused to a release that would not know what it is told, before anything is sent', () => {
    expect(refusal(reconnect, on('24.3'), through)).toMatchObject({ sentence: words, next });
    const setup = bare(aSide(onVersion('24.3')), aSide(onVersion('24.3')));
    expect(refusal({ kind: 'setup', link: linkId }, setup, through)).toMatchObject({ sentence: words, next });
  });

  it('is taken from v25.1 on', () => {
    expect(outline(planned(reconnect, on('25.1'), through))).toContain('ldr.bounce sql-west');
  });
});
