import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { heardScopes, neededScopes } from '../../src/slack/doctor.ts';
import { heardEvents } from '../../src/slack/hear-event.ts';
import { slackMethods } from '../../src/slack/methods.ts';

const root = join(import.meta.dirname, '../..');
const manifest: unknown = parse(readFileSync(join(root, 'manifest.yml'), 'utf8'));
const read = z
  .object({
    features: z.object({ slash_commands: z.array(z.object({ command: z.string(), should_escape: z.boolean() })) }),
    oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
    settings: z.object({ socket_mode_enabled: z.boolean(), event_subscriptions: z.object({ bot_events: z.array(z.string()) }) }),
  })
  .parse(manifest);

/** Slack's own schema is not ours to ship; it is checked against where it lies next to the repository. */
const schemaPath = join(root, '../shared/data/slack-manifest.schema.2.0.0.json');

function sources(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('the manifest', () => {
  it.runIf(existsSync(schemaPath))('is valid by Slack’s schema (skipped where the schema is not at hand)', () => {
    const schema: unknown = JSON.parse(readFileSync(schemaPath, 'utf8'));
    const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(
      z.record(z.string(), z.unknown()).parse(schema),
    );
    expect(validate(manifest), JSON.stringify(validate.errors, null, 2)).toBe(true);
  });

  it('asks for exactly the scopes that the code makes use of', () => {
    expect([...read.oauth_config.scopes.bot].sort()).toEqual(neededScopes);
  });

  it('subscribes to exactly the events that the code listens to', () => {
    const listened = Object.keys(heardEvents).map((type) => (type === 'message' ? 'message.im' : type));
    expect([...read.settings.event_subscriptions.bot_events].sort()).toEqual([...listened].sort());
  });

  it('has one command, whose mentions arrive as ids', () => {
    expect(read.features.slash_commands).toEqual([expect.objectContaining({ command: '/repl', should_escape: true })]);
  });

  it('uses Socket Mode', () => {
    expect(read.settings.socket_mode_enabled).toBe(true);
  });

  it('needs a scope for everything that is heard', () => {
    expect(heardScopes).toContain('commands');
    expect(heardScopes).toContain('app_mentions:read');
  });
});

describe('the table of methods', () => {
  it('holds only methods that the code calls', () => {
    const text = sources(join(root, 'src'))
      .filter((path) => !path.includes('/sim/') && !path.endsWith('/slack/methods.ts'))
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');
    const idle = Object.keys(slackMethods).filter((method) => !text.includes(`'${method}'`));
    expect(idle).toEqual([]);
  });
});
