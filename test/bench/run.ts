import { readdirSync } from 'node:fs';

/** `npm run bench`: runs every benchmark of this folder, one after the other. Each prints ratios measured in the same run. */
const folder = new URL('./', import.meta.url);
for (const file of readdirSync(folder)
  .filter((name) => name.endsWith('.bench.ts'))
  .sort()) {
  console.log(`\n${file}`);
  await import(new URL(file, folder).href);
}
process.exit(0);
