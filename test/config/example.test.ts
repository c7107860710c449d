import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configSchemaText } from '../../scripts/write-config-schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import { asLinkId } from '../../src/domain/ids.ts';
import type { OperationName } from '../../src/domain/operation.ts';
import { ldrSettingsSchema } from '../../src/engines/cockroach-ldr/config.ts';
import { pcrSettingsSchema } from '../../src/engines/cockroach-pcr/config.ts';
import { judge } from '../../src/policy/judge.ts';
import { parsePolicy, policyProblems } from '../../src/policy/parse.ts';
import { anAsk, aPerson, noon } from '../policy/builders.ts';

const root = new URL('../../', import.meta.url);
const example = readFileSync(new URL('replops.example.yaml', root), 'utf8');
const schemaFile = readFileSync(new URL('replops.schema.json', root), 'utf8');

const env = {
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_APP_TOKEN: 'xapp-1',
  SQL_EAST_PASSWORD: 'a',
  SQL_WEST_PASSWORD: 'b',
  STAGE_SQL_PASSWORD: 'c',
};
const config = loadConfig({
  path: 'replops.example.yaml',
  env,
  readFile: (path) => (path.endsWith('.crt') ? 'CERTIFICATE' : example),
  checkPolicy: policyProblems,
});

describe('the example file', () => {
  it('loads with its secrets set, and its policy has no problems', () => {
    expect(config.kind === 'problems' ? config.problems : []).toEqual([]);
  });

  it('has settings that the engines accept', () => {
    const links = config.kind === 'config' ? config.links : [];
    const schemas: Readonly<Record<string, { safeParse(raw: unknown): { readonly success: boolean } }>> = {
      'cockroach-pcr': pcrSettingsSchema,
      'cockroach-ldr': ldrSettingsSchema,
    };
    expect(links).toHaveLength(3);
    for (const { id, engine, settings } of links) expect(schemas[engine]?.safeParse(settings).success, id).toBe(true);
  });

  it('names each variable that is missing when none is set', () => {
    const bare = loadConfig({ path: 'replops.example.yaml', env: {}, readFile: (path) => (path.endsWith('.crt') ? 'C' : example) });
    const missing = bare.kind === 'problems' ? bare.problems.map(({ sentence }) => /variable (\w+)/.exec(sentence)?.[1]) : [];
    expect([...new Set(missing)].sort()).toEqual(Object.keys(env).sort());
  });
});

describe('the example policy', () => {
  const policy = parsePolicy(config.kind === 'config' ? config.policySeed : null);
  const december = Date.UTC(2026, 11, 10, 12);
  const staging = { id: asLinkId('stage-sql'), engine: 'cockroach-pcr', environment: 'staging' } as const;
  const production = { id: asLinkId('prod-sql'), engine: 'cockroach-pcr', environment: 'production' } as const;
  it.each<[string, OperationName, typeof staging | typeof production, readonly string[], number, string, boolean]>([
    ['a production failover needs two', 'failover', production, [], noon, 'quorum 2', false],
    ['an incident commander may break the glass', 'failover', production, ['incident-commanders'], noon, 'quorum 2', true],
    ['a production switchover needs two', 'switchover', production, [], noon, 'quorum 2', false],
    ['a production fence needs one', 'fence', production, [], noon, 'quorum 1', false],
    ['a production teardown needs two', 'teardown', production, [], noon, 'quorum 2', false],
    ['a production verify needs one', 'verify', production, [], noon, 'quorum 1', false],
    ['a production failback needs two', 'failback', production, [], noon, 'quorum 2', false],
    ['a production pause needs one', 'pause', production, [], noon, 'quorum 1', false],
    ['a production resume needs one', 'resume', production, [], noon, 'quorum 1', false],
    ['an engineer may do all in staging', 'failover', staging, ['engineers'], noon, 'allowed', false],
    ['anybody else may do nothing in staging', 'pause', staging, [], noon, 'not-permitted', false],
    ['December freezes a switchover', 'switchover', production, ['incident-commanders'], december, 'frozen', false],
    ['December does not freeze a failover', 'failover', production, [], december, 'quorum 2', false],
    ['Friday night freezes a switchover', 'switchover', production, [], Date.UTC(2026, 5, 12, 14), 'frozen', false],
  ])('%s', (_, operation, link, groups, at, answer, breakGlass) => {
    expect(policy.kind).toBe('policy');
    const verdict = judge(policy.kind === 'policy' ? policy : null, anAsk({ operation, link, at, person: aPerson({ groups }) }));
    const said = verdict.kind === 'needs-approval' ? `quorum ${verdict.requirement.quorum}` : verdict.kind;
    expect(verdict.kind === 'refused' ? verdict.code : said).toBe(answer);
    expect(verdict.breakGlass).toBe(breakGlass);
  });
});

/** The example with other settings of its first link. */
function withSettings(more: object): object {
  const file = parse(example);
  const [{ settings, ...link }, ...rest] = file.links;
  return { ...file, links: [{ ...link, settings: { ...settings, ...more } }, ...rest] };
}

describe('the JSON Schema', () => {
  // Descriptions and draft-07 only, so unknown keywords would be a mistake of ours. Formats are for editors.
  const check = new Ajv({ strict: true, strictTypes: false, allErrors: true, formats: { uri: true } }).compile(JSON.parse(schemaFile));

  it('is up to date', () => {
    expect(schemaFile === configSchemaText(), 'run: npx tsx scripts/write-config-schema.ts').toBe(true);
  });

  it('is checked by the script too', () => {
    const script = fileURLToPath(new URL('scripts/write-config-schema.ts', root));
    const tsx = fileURLToPath(new URL('node_modules/tsx/dist/cli.mjs', root));
    expect(execFileSync(process.execPath, [tsx, script, '--check'], { encoding: 'utf8' })).toBe('');
  });

  it('accepts the example file', () => {
    expect(check(parse(example)) ? [] : check.errors).toEqual([]);
  });

  it.each([
    ['an unknown key', { ...parse(example), extra: 1 }],
    ['a literal secret', { ...parse(example), slack: { botToken: 'xoxb-1' } }],
    ['a setting that the engine of a link does not know', withSettings({ standBy: {} })],
    ['a setting of another engine', withSettings({ tables: ['a.b.c'] })],
    ['a link without the settings that its engine needs', withSettings({ primary: undefined })],
    ['a rule without a decision', { ...parse(example), policy: { seed: { rules: [{ name: 'a', match: {} }] } } }],
  ])('refuses %s', (_, file) => {
    expect(check(file)).toBe(false);
  });
});
