import { expect, it } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { eachNode } from '../../../src/engines/tigergraph-crr/each-node.ts';
import type { ShellTarget } from '../../../src/transports/shell.ts';

const nodes = Array.from(
  { length: 21 },
  (_one, index): ShellTarget => ({
    name: `n${index}`,
    host: '10.0.0.1',
    port: 22,
    user: 'tigergraph',
    login: { kind: 'password', password: new Secret('x') },
    hostKey: { mode: 'unchecked' },
  }),
);

it('asks several nodes at the same time, never more than eight, and answers in their order', async () => {
  let open = 0;
  let most = 0;
  const answers = await eachNode(nodes, async ({ name }) => {
    open += 1;
    most = Math.max(most, open);
    // Later nodes answer first.
    for (let turns = 40 - Number(name.slice(1)); turns > 0; turns -= 1) await Promise.resolve();
    open -= 1;
    return name;
  });
  expect(answers).toEqual(nodes.map(({ name }) => name));
  expect(most).toBe(8);
});
