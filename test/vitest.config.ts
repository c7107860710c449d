import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Short files that run for minutes, the longest first: begun last, each would keep the others waiting for it alone. */
const long = [
  '/conformance/tigergraph-crr',
  '/conformance/cockroach-ldr',
  '/conformance/cockroach-pcr-hosts',
  '/conformance/',
  '/crashes/',
];

const rank = ({ moduleId }: TestSpecification): number => [...long, moduleId].findIndex((part) => moduleId.includes(part));

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted].sort((a, b) => rank(a) - rank(b));
  }
}

// biome-ignore lint/style/noDefaultExport: Vitest takes no other.
export default defineConfig({ test: { sequence: { sequencer: LongFirst } } });
