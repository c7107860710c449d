import { startWorld } from './world.ts';

/** `npm run sim`: the simulated world alone. Prints, as JSON, everything that is needed to point a bot at it. */
const world = await startWorld({ port: Number(process.argv[2] ?? 0) });
process.stdout.write(
  `${JSON.stringify(
    {
      page: world.workspace.url,
      env: world.env,
      ids: world.workspace.ids,
      databases: Object.fromEntries(Object.entries(world.stages).map(([id, { engine, addresses }]) => [id, { engine, ...addresses }])),
    },
    null,
    2,
  )}\n`,
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    world
      .close()
      .then(() => process.exit(0))
      .catch(() => process.exit(1));
  });
}
