import type { SimVersion } from '../../src/sim/cockroach/grammar/dialect.ts';
import { type Chosen, chosenOf } from './chosen.ts';
import { ldrLetters } from './cockroach-ldr-letters.ts';
import { ldrLooks } from './cockroach-ldr-looks.ts';
import { ldrOptions } from './cockroach-ldr-options.ts';
import { describeEngine } from './engine-conformance.ts';

const versions: readonly SimVersion[] = ['24.3', '26.1', '26.2'];

// Both ways are two statements there, and connections are made anew instead of changed.
const options: Chosen = {
  '24.3': [
    'setup with every option',
    'setup both ways with functions',
    'setup that goes on both ways',
    'reconnect both ways',
    'reconnect with an inline certificate',
    'reconnect by hand',
  ],
  // The first that takes sequences.
  '26.1': ['setup of tables that count by a sequence'],
};
const looks: Chosen = { '24.3': ['switchover both ways'], '26.1': ['switchover both ways'] };

for (const version of versions) {
  describeEngine(`cockroach-ldr with options on ${version}`, chosenOf(version, options, ldrOptions));
  describeEngine(`cockroach-ldr without a statement on ${version}`, chosenOf(version, looks, ldrLooks));
}

// What waits in a queue is read alike by all versions.
describeEngine('cockroach-ldr with dead letters on 26.2', ldrLetters('26.2'));
