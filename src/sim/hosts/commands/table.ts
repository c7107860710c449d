import type { ToolTable } from '../shell/call.ts';
import { shellBuiltins } from './builtins.ts';
import { byteTools } from './byte-tools.ts';
import { fileTools } from './file-tools.ts';
import { grep } from './grep.ts';
import { processBuiltins, processTools } from './process-tools.ts';
import { textTools } from './text-tools.ts';

/** What every host has, beside the products that are installed on it. */
export const toolTable: ToolTable = {
  builtins: { ...shellBuiltins, ...processBuiltins },
  external: { ...byteTools, ...fileTools, grep, ...processTools, ...textTools },
};
