import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { configFileSchema } from '../src/config/schema.ts';
import { settingsSchemas } from '../src/engines/registry.ts';
import { policySchema } from '../src/policy/schema.ts';

const told = { io: 'input', target: 'draft-7' } as const;

/** The JSON Schema of the config file, for editors. What a link's settings hold follows from its engine. */
export function configSchemaText(): string {
  const schema = z.toJSONSchema(configFileSchema(policySchema), {
    ...told,
    override: ({ jsonSchema }) => {
      if (jsonSchema.properties?.['settings'] !== undefined) jsonSchema.oneOf = settingsByEngine();
    },
  });
  return `${JSON.stringify({ ...schema, title: 'ReplOps configuration' }, null, 2)}\n`;
}

const settingsByEngine = () =>
  Object.entries(settingsSchemas).map(([engine, settings]) => {
    const { $schema: _, ...shape } = z.toJSONSchema(settings, told);
    return { properties: { engine: { const: engine }, settings: shape } };
  });

const path = new URL('../replops.schema.json', import.meta.url);

function main(words: readonly string[]): number {
  const wanted = configSchemaText();
  if (!words.includes('--check')) {
    writeFileSync(path, wanted);
    return 0;
  }
  if (readFileSync(path, 'utf8') === wanted) return 0;
  process.stderr.write('replops.schema.json is out of date; run: npx tsx scripts/write-config-schema.ts\n');
  return 1;
}

if (process.argv[1] === new URL(import.meta.url).pathname) process.exitCode = main(process.argv.slice(2));
