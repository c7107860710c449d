import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiledBotVariable } from './compiled-bot.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Compiles the bots that are to be killed, once for a whole test run: there are hundreds of them, and each would spend seconds of work on
 * being read as TypeScript. Returns what takes them away again.
 */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'replops-bots-'));
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', join(root, 'test/tsconfig.bots.json'), '--outDir', folder], { stdio: 'inherit' });
  cpSync(join(root, 'src/store/lua'), join(folder, 'src/store/lua'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  process.env[compiledBotVariable] = join(folder, 'test/support/crash-bot.js');
  return () => rmSync(folder, { recursive: true, force: true });
}
