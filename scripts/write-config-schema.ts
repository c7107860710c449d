import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { configFileSchema } from '../src/config/schema.ts';
import { policySchema } from '../src/policy/schema.ts';

/** The JSON Schema of the config file, for editors. The settings of engines stay open: each engine checks its own. */
export function configSchemaText(): string {
  const schema = z.toJSONSchema(configFileSchema(policySchema), { io: 'input', target: 'draft-7' });
  return `${JSON.stringify({ ...schema, title: 'ReplOps configuration' }, null, 2)}\n`;
}

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
