import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Short files that run for minutes: begun last, each would keep the others waiting for it alone. */
const isLong = ({ moduleId }: TestSpecification): boolean => moduleId.includes('/test/conformance/');

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

// biome-ignore lint/style/noDefaultExport: Vitest takes no other.
export default defineConfig({ test: { sequence: { sequencer: LongFirst } } });
