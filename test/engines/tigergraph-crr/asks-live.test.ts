import { afterEach, describe, expect, it } from 'vitest';
import type { Asked } from '../../../src/domain/plan.ts';
import { inPath } from '../../../src/engines/tigergraph-crr/commands.ts';
import { simSides, type TigerWorld } from '../../../src/sim/tigergraph/contract.ts';
import { carryOut, planOn, runTag, through } from '../../conformance/drive.ts';
import type { CrrBed } from '../../conformance/tigergraph-crr-bed.ts';
import { crrSituations } from '../../conformance/tigergraph-crr-situations.ts';

const looks = [
  'switchover, 4.1.4',
  'switchover, 3.9.1',
  'failover with gbar about, 3.6.3',
  'failover with the primary gone, 4.1.4',
  'set-up from a primary with data, 4.1.4',
  'failback onto the old primary, 3.9.1',
  'finish of an upgrade, 4.1.4',
] as const;

/** The command of a job that is begun; what is asked of jobs that go on already is none. */
function jobbed(command: string): readonly string[] {
  const [, word] = / '((?:[^']|'\\'')*)'; \}$/.exec(command) ?? [];
  return word === undefined ? [] : [word.replaceAll("'\\''", "'")];
}

/** What is sent in one go, as the commands that it is made of. */
const parts = (sent: string): readonly string[] =>
  (sent.includes('/.replops/jobs') || sent.includes('REPLOPS_(TAG|JOB)') ? jobbed(sent) : [sent]).flatMap(blocksOf);

/** What finds the commands, in front of every one. */
const before = inPath({ commands: '/home/tigergraph/tigergraph/app/cmd' }, '');

const blocksOf = (command: string): readonly string[] =>
  command
    .replace(before, '')
    .replace(/^PATH="\$PATH":'[^']*'; /, '')
    .split(/; printf '\\n### replops \d+ %s\\n' "\$\?"(?:; )?/)
    .filter((part) => part !== '')
    .map((part) => part.replace(/ < \/dev\/null 2>&1$/, ''));

/** What only a cluster knows, as a plan shows it. */
const plain = (command: string): string =>
  command
    .replace(/'\/home\/tigergraph\/tigergraph\/app(?:\/\d[\d.]*)?\//g, "'<System.AppRoot>/")
    .replace(/PATH="\$PATH":'[^']*'/, `PATH="$PATH":'<java>'`)
    .replace(/'[\d.]+:\d+'/, "'<gmyip>:<Kafka.Port>'")
    .replace(/--topic '[^']*'/, "--topic '<topic>'")
    .replace(/--partition \d+ --offset \d+/, '--partition <partition> --offset <newest>')
    .replace(/'[^']*(\/configs\/tg\.cfg')/, "'<System.DataRoot>$1")
    .replace(/(-o pid=,lstart= -p )[\d,]+/, '$1<pids>')
    .replace(/replops\d+-\d[\dT.:-]*/g, '<backup>');

/** Every question of the run so far, host after host, with the cluster that it was asked of. */
const asked = (world: TigerWorld): readonly (readonly string[])[] =>
  world.hosts().map((host) => {
    const side = simSides.find((one) => world[one].nodes.some(({ address }) => address.port === host.address().port));
    return host
      .commands()
      .filter(({ tag }) => tag === runTag)
      .flatMap(({ command }) => parts(command).map((part) => `${side === undefined ? '' : world[side].cluster}: ${plain(part)}`));
  });

/** What is shown, without remarks; what is asked only where something holds is left out where it was not. */
const shownOf = (asks: readonly Asked[], sent: readonly string[], gone: readonly string[]): readonly string[] =>
  asks
    .filter(({ cluster }) => !gone.includes(cluster))
    .flatMap(({ cluster, statements }) => statements.map((statement) => ({ line: `${cluster}: ${statement}`, statement })))
    .map(({ line }) => ({ line: line.split(' # ')[0] ?? '', isOptional: line.includes(' # only where') }))
    .filter(({ line, isOptional }) => !isOptional || sent.includes(line))
    .map(({ line }) => line);

describe('a step that looks', { timeout: 180_000 }, () => {
  let bed: CrrBed | null = null;
  afterEach(async () => {
    await bed?.close();
    bed = null;
  });

  it.each(looks)('in a %s, shows every command, and whom it asks', async (name) => {
    const situation = crrSituations.find((one) => one.name === name);
    if (situation === undefined) throw new TypeError(`there is no ${name}`);
    const on = await situation.open();
    bed = on;
    const engine = on.engine();
    const gone = name.includes('gone') ? [on.world.primary.cluster] : [];
    let proven = 0;
    await through(on, await planOn(on, situation.operation), async (step) => {
      const before = asked(on.world);
      await carryOut(on, step, () => engine);
      expect(step.asks === undefined, step.title).toBe(step.statements.length > 0);
      if (step.asks === undefined) return;
      const sent = asked(on.world).flatMap((lines, host) => lines.slice(before[host]?.length ?? 0));
      expect([...new Set(sent)].sort(), step.title).toEqual([...new Set(shownOf(step.asks, sent, gone))].sort());
      const secrets = simSides.map((side) => on.world[side].password);
      expect(
        secrets.filter((secret) => JSON.stringify(step.asks).includes(secret)),
        step.title,
      ).toEqual([]);
      proven += 1;
    });
    expect(proven).toBeGreaterThan(0);
  });
});
