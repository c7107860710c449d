// The compiler leaves out what it does not compile: the Lua scripts.
import { cpSync } from 'node:fs';

cpSync(new URL('../src/store/lua', import.meta.url), new URL('../dist/src/store/lua', import.meta.url), { recursive: true });
