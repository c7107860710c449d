import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configPath, readEnvironment } from '../../src/config/environment.ts';
import { loadConfig } from '../../src/config/load.ts';
import { fullEnvironment, linkText, load, loaded, problemsIn, readerOf } from './builders.ts';

describe('the environment', () => {
  it('makes the slack and redis sections unnecessary', () => {
    const { slack, redis } = loaded(linkText);
    expect(slack).toMatchObject({ mode: 'socket', apiUrl: null, teams: [] });
    expect(slack.botToken.reveal()).toBe('xoxb-from-environment');
    expect(slack.mode === 'socket' && slack.appToken.reveal()).toBe('xapp-from-environment');
    expect(redis.url.reveal()).toBe('redis://127.0.0.1:6379');
  });

  it('chooses HTTP when there is a signing secret and no app token', () => {
    const env = { ...fullEnvironment, SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: 'sign', PORT: '4001' };
    const { slack } = loaded(linkText, { env });
    expect(slack.mode === 'http' && [slack.signingSecret.reveal(), slack.port]).toEqual(['sign', 4001]);
  });

  it('takes precedence over the file', () => {
    const text = `slack: { botToken: env:OTHER, appToken: file:none, apiUrl: https://one.example/api/ }\nredis: { url: redis://other }${linkText}`;
    const { slack, redis } = loaded(text, { env: { ...fullEnvironment, SLACK_API_URL: 'http://127.0.0.1:9/api/' } });
    expect([slack.botToken.reveal(), slack.apiUrl, redis.url.reveal()]).toEqual([
      'xoxb-from-environment',
      'http://127.0.0.1:9/api/',
      'redis://127.0.0.1:6379',
    ]);
  });

  it.each<[string, string, 'socket' | 'http']>([
    ['HTTP when the file has a signing secret alone', 'signingSecret: file:one', 'http'],
    ['Socket Mode when the file has an app token alone', 'appToken: file:one', 'socket'],
    ['Socket Mode when the file has both', 'appToken: file:one, signingSecret: file:one', 'socket'],
  ])('leaves the choice to the file: %s', (_, line, mode) => {
    const env = { SLACK_BOT_TOKEN: 'xoxb-1', REDIS_URL: 'redis://x' };
    expect(loaded(`slack: { ${line} }${linkText}`, { env, files: { 'conf/one': 'secret' } }).slack.mode).toBe(mode);
  });

  it('does not change a mode that the file names', () => {
    const text = `slack: { mode: http, signingSecret: file:sign }${linkText}`;
    const { slack } = loaded(text, { files: { 'conf/sign': 'secret\n' } });
    expect(slack.mode === 'http' && [slack.signingSecret.reveal(), slack.port]).toEqual(['secret', 3000]);
  });

  it('names the config file', () => {
    expect(configPath({ REPLOPS_CONFIG: '/etc/replops.yaml' })).toBe('/etc/replops.yaml');
    expect(configPath({})).toBe('replops.yaml');
    expect(configPath({ REPLOPS_CONFIG: '' })).toBe('replops.yaml');
    expect(Object.keys(readEnvironment()).sort()).toEqual(Object.keys(process.env).sort());
  });
});

describe('the distance of two looks of the watch', () => {
  it.each([
    ['5s', 5_000],
    ['45s', 45_000],
    ['60s', 60_000],
    ['1m', 60_000],
  ])('may be %s', (every, everyMs) => {
    expect(loaded(`watch: { every: ${every} }${linkText}`).watch).toEqual({ everyMs });
  });
});

describe('what is left out', () => {
  it('has safe values', () => {
    const config = loaded(linkText);
    expect(config.health).toEqual({ port: 8080, host: '127.0.0.1' });
    expect(config.log).toEqual({ level: 'info' });
    expect(config.watch).toEqual({ everyMs: 30_000 });
    expect(config.groups).toEqual({});
    expect(config.policySeed).toBeUndefined();
    expect(config.links).toEqual([
      {
        id: 'prod-sql',
        engine: 'cockroach-pcr',
        environment: 'production',
        description: '',
        incidentChannels: [],
        redirect: { kind: 'manual', instructions: 'Move the name' },
        settings: {},
      },
    ]);
  });
});

const withLink = (line: string): string => linkText.replace('settings: {}', `settings: {}\n    ${line}`);
const without = (key: string): string => linkText.replace(new RegExp(`^ *(- )?${key}:.*$`, 'm'), (_, dash) => (dash ? '  -' : ''));

interface Row {
  readonly name: string;
  readonly text: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly says: readonly string[];
}

const rows: readonly Row[] = [
  { name: 'an empty file', text: '# nothing\n', says: ['The config file conf/replops.yaml is empty; copy replops.example.yaml there.'] },
  { name: 'a file that is a list', text: '- a', says: ['The config file conf/replops.yaml is a list; it has to be a section with keys.'] },
  {
    name: 'a repeated key',
    text: `log: {}\nlog: {}\nhealth: {}\nhealth: {}${linkText}`,
    says: [
      'conf/replops.yaml, line 2, column 1: the key “log” stands there a second time; keep one.',
      'conf/replops.yaml, line 4, column 1: the key “health” stands there a second time; keep one.',
    ],
  },
  {
    name: 'a tab',
    text: 'log:\n\tlevel: info',
    says: ['conf/replops.yaml, line 2, column 1: the text is indented with a tab; use spaces.'],
  },
  {
    name: 'text that is not YAML',
    text: `a: 'x' xoxb-1`,
    says: ['conf/replops.yaml, line 1, column 8: the text is not YAML (UNEXPECTED_TOKEN); correct it there or just before.'],
  },
  {
    name: 'a tag',
    text: 'a: !!js/function x',
    says: ['conf/replops.yaml, line 1, column 4: the text is not YAML (TAG_RESOLVE_FAILED); correct it there or just before.'],
  },
  {
    name: 'an alias without an anchor',
    text: 'a: *xoxb',
    says: [
      'conf/replops.yaml: an alias (*name) has no anchor (&name) before it or is used too often, or brackets nest too deep; write it out.',
    ],
  },
  {
    name: 'a section as a key',
    text: '? {xoxb-1: 2}\n: 1',
    says: ['conf/replops.yaml: a list or a section is used as a key; write a plain word as the key.'],
  },
  {
    name: 'an unknown key near a known one',
    text: `helth: {}${linkText}`,
    says: ['The config file conf/replops.yaml has an unknown key “helth”; did you mean “health”?'],
  },
  {
    name: 'an unknown key near none',
    text: `log: { colour: true }${linkText}`,
    says: ['log has an unknown key “colour”; known keys are level.'],
  },
  {
    name: 'a misspelt engine',
    text: linkText.replace('cockroach-pcr', 'cockroach-prc'),
    says: ['links[0].engine is not one of cockroach-pcr, cockroach-ldr, neo4j-ccdr, tigergraph-crr; did you mean “cockroach-pcr”?'],
  },
  {
    name: 'a link without an engine',
    text: without('engine'),
    says: ['links[0].engine is missing; write one of cockroach-pcr, cockroach-ldr, neo4j-ccdr, tigergraph-crr.'],
  },
  { name: 'a link without an environment', text: without('environment'), says: ['links[0].environment is missing; write text there.'] },
  {
    name: 'a link id with capitals',
    text: linkText.replace('prod-sql', 'Prod_SQL'),
    says: ['links[0].id is not the name of a link; write small letters, digits and hyphens, at most 63 of them.'],
  },
  {
    name: 'two links with one id',
    text: linkText + linkText.replace('\nlinks:\n', ''),
    says: ['links[1].id repeats the id prod-sql; give every link an id of its own.'],
  },
  { name: 'no links', text: 'links: []', says: ['links is empty; at least 1 entry is needed.'] },
  { name: 'links missing', text: 'log: {}', says: ['links is missing; write a list there.'] },
  {
    name: 'a channel by name',
    text: withLink('incidentChannels: ["#incidents"]'),
    says: ['links[0].incidentChannels[0] is not the id of a channel; write the id that begins with C or G, not the name.'],
  },
  {
    name: 'a literal secret',
    text: `slack: { botToken: xoxb-1-secret }${linkText}`,
    says: ['slack.botToken holds a literal value, and a secret has to be a reference; write env:NAME or file:PATH.'],
  },
  {
    name: 'secrets that are missing everywhere',
    text: linkText,
    env: {},
    says: [
      'slack.botToken is missing; set SLACK_BOT_TOKEN, or write env:NAME or file:PATH there.',
      'slack.appToken is missing; set SLACK_APP_TOKEN, or write env:NAME or file:PATH there.',
      'redis.url is missing; set REDIS_URL, or write an address like redis://127.0.0.1:6379 there.',
    ],
  },
  {
    name: 'references to nothing',
    text: `slack: { botToken: env:NONE, appToken: file:/run/none }\nredis: { url: env:NO_REDIS }${linkText}`,
    env: {},
    says: [
      'slack.botToken refers to the environment variable NONE, which is not set; set it or name another.',
      'slack.appToken refers to the file /run/none, which does not exist; create it or name another.',
      'redis.url refers to the environment variable NO_REDIS, which is not set; set it or name another.',
    ],
  },
  {
    name: 'a reference to nothing in the settings of an engine',
    text: linkText.replace('settings: {}', 'settings: { hosts: [{ password: env:NONE }, { password: "plain text" }] }'),
    says: ['links[0].settings.hosts[0].password refers to the environment variable NONE, which is not set; set it or name another.'],
  },
  {
    name: 'tokens that were mixed up',
    text: linkText,
    env: { ...fullEnvironment, SLACK_BOT_TOKEN: 'xapp-1', SLACK_APP_TOKEN: 'xoxb-1' } as Record<string, string>,
    says: [
      'slack.botToken is another kind of token; the one needed begins with xoxb-.',
      'slack.appToken is another kind of token; the one needed begins with xapp-.',
    ],
  },
  {
    name: 'a password in the address of Redis',
    text: `redis: { url: "redis://me:hunter2@redis:6379" }${linkText}`,
    env: { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' },
    says: ['redis.url holds a password, and a secret has to be a reference; put the whole address into a variable and write env:NAME.'],
  },
  {
    name: 'an address that is no Redis',
    text: linkText,
    env: { ...fullEnvironment, REDIS_URL: 'https://hunter2@x' } as Record<string, string>,
    says: ['REDIS_URL is not the address of a Redis; write one like redis://127.0.0.1:6379.'],
  },
  {
    name: 'addresses of Slack that would leak the token',
    text: `slack: { apiUrl: "http://slack.example/api/" }${linkText}`,
    says: ['slack.apiUrl would send the bot token unencrypted to another machine; write https:// or a loopback address.'],
  },
  {
    name: 'an address of Slack in the environment that is none',
    text: linkText,
    env: { ...fullEnvironment, SLACK_API_URL: 'ftp://x' } as Record<string, string>,
    says: ['SLACK_API_URL is not an address; write one like https://slack.com/api/.'],
  },
  {
    name: 'an address of Slack with a password',
    text: linkText,
    env: { ...fullEnvironment, SLACK_API_URL: 'https://me:hunter2@x/' } as Record<string, string>,
    says: ['SLACK_API_URL holds a user or a password; remove them.'],
  },
  {
    name: 'a port that is none',
    text: linkText,
    env: { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's', PORT: '99999', REDIS_URL: 'redis://x' },
    says: ['PORT is not a port; set a number from 0 to 65535.'],
  },
  { name: 'a number as text', text: `health: { port: "80" }${linkText}`, says: ['health.port is text; it has to be a number.'] },
  { name: 'a port too large', text: `health: { port: 70000 }${linkText}`, says: ['health.port is too large; at most 65535 are possible.'] },
  ...['30', '1h', '0s', '1.5m', '', 'often'].map((every) => ({
    name: `a distance of looks that is no time: ${every || 'nothing'}`,
    text: `watch: { every: "${every}" }${linkText}`,
    says: ['watch.every is not a length of time; write seconds or minutes, such as 30s or 2m.'],
  })),
  ...['4s', '61s', '2m'].map((every) => ({
    name: `a distance of looks out of bounds: ${every}`,
    text: `watch: { every: ${every} }${linkText}`,
    says: ['watch.every is out of bounds; write 5s at least and 1m at most.'],
  })),
  {
    name: 'a group with nobody',
    text: `groups: { dba: {} }${linkText}`,
    says: ['groups.dba has nobody in it; write usergroup or people.'],
  },
  {
    name: 'a group with a name that people cannot type',
    text: `groups: { "D B A": { people: [U1] } }${linkText}`,
    says: ['groups has a key “D B A” that is not the name of a group; write small letters, digits and hyphens, at most 63 of them.'],
  },
  {
    name: 'a group with people by name',
    text: `groups: { dba: { people: ["@anna"], usergroup: dbas } }${linkText}`,
    says: [
      'groups.dba.usergroup is not the id of a user group; write the id that begins with S.',
      'groups.dba.people[0] is not a Slack member id; write the id that begins with U or W.',
    ],
  },
  {
    name: 'a policy that is a list',
    text: `policy: { seed: [] }${linkText}`,
    says: ['policy.seed is a list; it has to be text or a section with keys.'],
  },
  {
    name: 'a policy file that is not there',
    text: `policy: { seed: rules.yaml }${linkText}`,
    says: ['policy.seed names the file rules.yaml, which does not exist; create it or name another.'],
  },
];

describe('what is wrong', () => {
  it.each(rows)('$name', ({ text, env, says }) => {
    expect(problemsIn(text, env === undefined ? {} : { env })).toEqual(says);
  });

  it('is told about a file that is not there or cannot be read', () => {
    const failing = (code: unknown) => () => {
      throw Object.assign(new Error('secret text'), { code });
    };
    const says = (code: unknown): unknown => loadConfig({ path: 'x.yaml', env: {}, readFile: failing(code) });
    const sentence = (why: string) => ({
      kind: 'problems',
      problems: [
        { path: '', sentence: `The config file x.yaml ${why}; copy replops.example.yaml there, or set REPLOPS_CONFIG to its path.` },
      ],
    });
    expect(says('ENOENT')).toEqual(sentence('does not exist'));
    expect(says('EACCES')).toEqual(sentence('may not be read by this user'));
    expect(says('EISDIR')).toEqual(sentence('is a directory'));
    expect(says('EIO')).toEqual(sentence('could not be read (EIO)'));
    expect(says(7)).toEqual(sentence('could not be read'));
  });
});

describe('the first policy', () => {
  it('may stand in a file of its own', () => {
    const config = loaded(`policy: { seed: rules.yaml }${linkText}`, { files: { 'conf/rules.yaml': 'rules: []' } });
    expect(config.policySeed).toEqual({ rules: [] });
  });

  it('is checked with the groups of the config', () => {
    const seen: unknown[] = [];
    const says = problemsIn(`groups: { a: { people: [U1] }, b: { usergroup: S1 } }\npolicy: { seed: { rules: [] } }${linkText}`, {
      checkPolicy: (rules, groups) => {
        seen.push(rules, groups);
        return [{ path: 'rules', sentence: 'rules is odd.' }];
      },
    });
    expect(seen).toEqual([
      { rules: [] },
      [
        { name: 'a', people: ['U1'] },
        { name: 'b', people: null },
      ],
    ]);
    expect(says).toEqual(['In policy.seed: rules is odd.']);
  });

  it('in a file that is not YAML is refused', () => {
    const says = problemsIn(`policy: { seed: rules.yaml }${linkText}`, { files: { 'conf/rules.yaml': 'rules: [' } });
    expect(says).toHaveLength(1);
    expect(says[0]).toMatch(/^rules\.yaml, line 1, column \d+: the text /);
  });

  it('in an empty file is checked, and not taken for no policy', () => {
    const config = load(`policy: { seed: rules.yaml }${linkText}`, {
      files: { 'conf/rules.yaml': '' },
      checkPolicy: (rules) => [{ path: '', sentence: `The policy is ${String(rules)}.` }],
    });
    expect(config).toEqual({ kind: 'problems', problems: [{ path: 'rules.yaml: ', sentence: 'In rules.yaml: The policy is null.' }] });
  });
});

describe('secrets', () => {
  const needle = 'hunter2hunter2';
  it('print as redacted wherever the config goes', () => {
    const env = { SLACK_BOT_TOKEN: needle, SLACK_APP_TOKEN: needle, REDIS_URL: `redis://:${needle}@127.0.0.1` };
    const config = loaded(linkText, { env });
    expect(JSON.stringify(config)).not.toContain(needle);
    expect(inspect(config, { depth: 20 })).not.toContain(needle);
    expect(config.redis.url.reveal()).toContain(needle);
  });

  it('are looked up for engines, from files relative to the config, without the line end', () => {
    const text = linkText.replace('settings: {}', 'settings: { a: env:ONE, b: file:two, c: file:/abs/three }');
    const files = { 'conf/two': 'line one\nline two\n', '/abs/three': 'three\r\n' };
    const { resolveSecret } = loaded(text, { env: { ...fullEnvironment, ONE: 'one' }, files });
    expect(['env:ONE', 'file:two', 'file:/abs/three'].map((reference) => resolveSecret(reference).reveal())).toEqual([
      'one',
      'line one\nline two',
      'three',
    ]);
    expect(() => resolveSecret(needle)).toThrow(TypeError);
    expect(() => resolveSecret(needle)).not.toThrow(needle);
  });

  it('in an empty file are missing', () => {
    const text = linkText.replace('settings: {}', 'settings: { a: file:empty }');
    expect(problemsIn(text, { files: { 'conf/empty': '\n' } })).toEqual([
      'links[0].settings.a refers to the file empty, which is empty; write the secret into it.',
    ]);
  });

  it('never stand in a problem, wherever a literal one was put', () => {
    const places = [
      'slack: { botToken: SECRET }',
      'slack: { appToken: "SECRET" }',
      'slack: SECRET',
      'slack: { mode: SECRET }',
      'slack: { teams: [SECRET] }',
      'slack: { apiUrl: SECRET }',
      'slack: { SECRET: 1 }',
      'SECRET: 1',
      'SECRET',
      'redis: { url: "redis://:SECRET@h" }',
      'redis: { url: SECRET }',
      'groups: { SECRET: { people: [U1] } }',
      'groups: { dba: { people: [SECRET] } }',
      'log: { level: SECRET }',
      'health: { port: SECRET }',
      'a: "SECRET',
      "a: 'x' SECRET",
      'a: *SECRET',
      'a: !SECRET x',
      '? [SECRET]\n: 1',
      'a: b: SECRET',
      'SECRET: 1\nSECRET: 2',
      '%SECRET\n---\na: 1',
    ];
    const secret = fc.constantFrom('xoxb-12345-67890-abcdef', 'xapp-1-A1-2-ffff', 'Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmFyYmF6');
    fc.assert(
      fc.property(fc.constantFrom(...places), secret, (place, value) => {
        const says = problemsIn(`${place.replaceAll('SECRET', value)}${linkText}`, { env: {} });
        expect(says.length).toBeGreaterThan(0);
        expect(says.join('\n')).not.toContain(value);
        expect(says.join('\n').toLowerCase()).not.toContain(value.toLowerCase());
      }),
      { numRuns: 300 },
    );
  });
});

describe('hostile files', () => {
  it('never make the loader throw', () => {
    const bits = fc.constantFrom(
      'links:',
      '\n',
      '  ',
      '- ',
      '&a ',
      '*a',
      '[',
      ']',
      '{',
      '}',
      ': ',
      '"',
      '!!',
      '__proto__',
      'constructor',
      'x',
      '<<',
      '|',
      '%',
      '\u0000',
      '😀',
    );
    fc.assert(
      fc.property(
        fc.array(bits, { maxLength: 40 }).map((parts) => parts.join('')),
        (text) => {
          expect(load(text).kind).toBe('problems');
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['a section that holds itself', linkText.replace('settings: {}', 'settings: &a { again: *a, secret: env:NONE }')],
    [
      'a bomb of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]`,
    ],
    ['a key that means something to JavaScript', `__proto__: { log: { level: debug } }${linkText}`],
    ['ten thousand characters', 'x'.repeat(10_000)],
    ['brackets ten thousand deep', '['.repeat(10_000)],
    ['brackets ten thousand deep that close', `a: ${'['.repeat(10_000)}${']'.repeat(10_000)}`],
  ])('are refused: %s', (_, text) => {
    expect(problemsIn(text).length).toBeGreaterThan(0);
  });

  it('do not reach beyond their own keys', () => {
    const config = load(`constructor: {}${linkText}`);
    expect(config.kind).toBe('problems');
    expect(loadConfig({ path: 'a', env: Object.create({ REDIS_URL: 'redis://x' }), readFile: readerOf({ a: linkText }) }).kind).toBe(
      'problems',
    );
  });
});
