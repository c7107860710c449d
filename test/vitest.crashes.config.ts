import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: Vitest takes no other.
export default defineConfig({ test: { globalSetup: 'test/support/compile-bots.ts' } });
