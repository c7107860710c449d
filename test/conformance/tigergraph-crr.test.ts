import { describeEngine } from './engine-conformance.ts';
import { crrSituations } from './tigergraph-crr-situations.ts';

describeEngine('tigergraph-crr', crrSituations);
