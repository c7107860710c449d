import { describeEngine } from './engine-conformance.ts';
import { crrBackups } from './tigergraph-crr-situations.ts';

describeEngine('tigergraph-crr', crrBackups);
