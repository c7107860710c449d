import { describeEngine } from './engine-conformance.ts';
import { crrRoles } from './tigergraph-crr-situations.ts';

describeEngine('tigergraph-crr', crrRoles);
