import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFault } from '../../../src/domain/faults.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { configureAct, installQueriesAct, keys } from '../../../src/engines/tigergraph-crr/acts.ts';
import {
  copyBackupAct,
  exportMetadataAct,
  restoreAct,
  spreadBackupAct,
  withBackup,
} from '../../../src/engines/tigergraph-crr/acts-backup.ts';
import type { CrrLink } from '../../../src/engines/tigergraph-crr/config.ts';
import { blocksCommand, splitBlocks } from '../../../src/engines/tigergraph-crr/parse/blocks.ts';
import { createReading } from '../../../src/engines/tigergraph-crr/reading.ts';
import type { ShellConnect } from '../../../src/transports/shell.ts';
import { hostileName } from '../../support/hostile.ts';
import { aLink, parseRaw, rawSettings } from './build.ts';
import { anIo } from './live-bed.ts';

const link = aLink();
const node = (of: CrrLink) => {
  const [first] = of.settings.standby.nodes;
  if (first === undefined) throw new TypeError('no node');
  return first;
};
const at = { settings: link.settings, side: 'standby', node: node(link) } as const;

const tools = ['gadmin', 'gbar', 'gsql', 'rsync', 'gscp', 'mkdir', 'cd'];

/** What a real shell hands to the tools of a statement: one list of words for each. Anything else that it would run fails, and throws. */
function heardBy(statement: string): readonly (readonly string[])[] {
  const listens = tools.map((tool) => `${tool}() { printf '%s\\036' ${tool} "$@"; printf '\\035'; }`).join('; ');
  const out = execFileSync('/bin/sh', ['-c', `PATH=/nowhere; ${listens}; ${statement}`], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return out
    .split('\u001d')
    .slice(0, -1)
    .map((words) => words.split('\u001e').slice(0, -1));
}

/** Marks that the listening itself puts between words, and what no argument can hold. */
const marks = ['\u001d', '\u001e'];
const isText = (text: string): boolean => Buffer.from(text).toString() === text;
const word = hostileName.filter((text) => isText(text) && !marks.some((mark) => text.includes(mark)));
const path = word.map((text) => `/${text}`);
const runs = { numRuns: 60 };

describe('whatever stands in a config, a shell hears one word of it', () => {
  it('in paths of backups', () => {
    fc.assert(
      fc.property(path, path, word, (from, into, user) => {
        const to = { cluster: 'graph-west', user, ip: '10.0.2.11', path: into };
        const copy = withBackup(copyBackupAct(at, { backup: null, path: from, to }).statements[0] ?? '', 'b-1');
        expect(heardBy(copy)).toEqual([
          [
            'rsync',
            '-a',
            '--partial',
            '--inplace',
            '-e',
            'ssh -o BatchMode=yes -o StrictHostKeyChecking=yes',
            `${from}/b-1/`,
            `${user}@10.0.2.11:${into}/b-1/`,
          ],
        ]);
        expect(heardBy(spreadBackupAct(at, { backup: 'b-1', path: into }).statements[0] ?? '')).toEqual([
          ['gscp', 'all', `${into}/b-1`, into],
        ]);
        expect(heardBy(exportMetadataAct(at, { backup: 'b-1', path: from }).statements[0] ?? '')).toEqual([
          ['mkdir', '-p', `${from}/b-1`],
          ['cd', `${from}/b-1`],
          ['gadmin', 'backup', 'list', 'b-1', '--meta'],
        ]);
      }),
      runs,
    );
  });

  it('in a path of metadata', () => {
    fc.assert(
      fc.property(path, (metaPath) => {
        const params = {
          backup: 'b-1',
          empty: false,
          dr: false,
          tool: 'gadmin',
          metaPath,
          moment: null,
          stateAt: null,
          guard: 'own',
        } as const;
        expect(heardBy(restoreAct(at, params).statements[0] ?? '')).toEqual([
          ['gadmin', 'backup', 'restore', `--meta=${metaPath}/b-1/metadata`, '-y'],
        ]);
      }),
      runs,
    );
  });

  it('in values of settings', () => {
    fc.assert(
      fc.property(word, word, (brokers, prefix) => {
        const values = [
          { key: keys.brokers, value: brokers },
          { key: keys.prefix, value: prefix },
        ];
        expect(heardBy(configureAct(at, values, 'point').statements[0] ?? '')).toEqual([
          ['gadmin', 'config', 'set', keys.brokers, brokers, keys.prefix, prefix],
          ['gadmin', 'config', 'apply', '-y'],
        ]);
      }),
      runs,
    );
  });

  it('in the name of a superuser', () => {
    fc.assert(
      fc.property(word, (name) => {
        const standby = { ...link.settings.standby, superuser: { name, password: new Secret('x') } };
        const statement = installQueriesAct({ ...at, settings: { ...link.settings, standby } }).statements[0] ?? '';
        expect(heardBy(statement)).toEqual([['gsql', '-u', name, 'INSTALL QUERY -force ALL']]);
      }),
      runs,
    );
  });
});

describe('a config', () => {
  it.each([
    ['a graph', { graphs: ["orders'; DROP ALL; '"] }],
    ['a tag', { tagPrefix: 'x$(reboot)' }],
    ['a host', { primary: { ...rawSettings.primary, hosts: ['10.0.1.11;reboot'] } }],
    ['a folder of backups', { primary: { ...rawSettings.primary, backup: { kind: 'local', path: '/a\nreboot' } } }],
    ['a folder of commands', { primary: { ...rawSettings.primary, commands: 'app/cmd' } }],
    ['a cluster', { primary: { ...rawSettings.primary, cluster: '`reboot`' } }],
    ['an address of a broker', { primary: { ...rawSettings.primary, brokers: { addresses: ['$(reboot)'] } } }],
  ])('with a name of %s that could be a command is refused', (_name, more) => {
    expect(parseRaw({ ...rawSettings, ...more }).kind).toBe('problems');
  });
});

describe('what a node prints', () => {
  const output = fc.oneof(
    hostileName,
    fc.constantFrom('### replops 1 0', 'x\n### replops 1 0\ny', '### replops 2 0\n', '\n### replops 1 0\n\n### replops 2 0\n'),
  );

  it('is never taken for the end of another command', () => {
    fc.assert(
      fc.property(fc.array(output, { minLength: 1, maxLength: 4 }), (texts) => {
        const raw = texts.map((text, index) => `${text}\n\n### replops ${index + 1} 0\n`).join('');
        const blocks = splitBlocks(raw, texts.length);
        if (!texts.some((text) => text.includes('### replops'))) expect(blocks).not.toBeNull();
        if (blocks !== null) expect(blocks.map(({ text }) => text)).toEqual(texts.map((text) => `${text}\n`));
      }),
    );
    expect(blocksCommand(['a', 'b'])).toContain('### replops 2');
  });

  /** A host that answers every command with the same text, and as if each had ended so. */
  const answering =
    (text: string, exitCode: number): ShellConnect =>
    async () => {
      const answer = (command: string) => {
        const marks = [...command.matchAll(/### replops (\d+)/g)].map(([, number]) => `${text}\n### replops ${number} ${exitCode}\n`);
        const stdout = marks.length > 0 ? marks.join('') : text;
        return Promise.resolve({ exitCode, signal: null, stdout, stderr: '', truncated: false });
      };
      return { read: answer, change: answer, close: () => undefined };
    };
  const noPlan = () => ({ kind: 'refusal', code: 'not-supported', sentence: 'No.', next: 'No.' }) as const;
  const observe = (text: string, exitCode: number) => createReading({ shell: answering(text, exitCode) }, noPlan).observe(link, anIo());

  it('is not taken for a healthy link or a side that takes writes when it is garbage', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(hostileName, fc.constantFrom('true', 'false', '{}', '[]', '0', 'Online Running', '4.1.4', '/')),
        fc.constantFrom(0, 1, 127),
        async (text, exitCode) => {
          const seen = await observe(text, exitCode).catch((cause: unknown) => {
            if (isFault(cause)) return null;
            throw cause;
          });
          expect(seen?.health).not.toBe('healthy');
          expect(seen?.primary.writable).not.toBe('yes');
          expect(seen?.standby.writable).not.toBe('yes');
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is shown without the passwords of the config, whatever it says of them', async () => {
    const secret = 'the value of env:GSQL_PASSWORD';
    await fc.assert(
      fc.asyncProperty(hostileName, hostileName, async (before, after) => {
        const seen = await observe(`[  Error] ${before}${secret}${after}`, 1);
        expect(JSON.stringify(seen)).not.toContain(secret);
      }),
      { numRuns: 60 },
    );
  });
});
