import { describeMatrix, promotionEffects, standbyServes } from '../../support/matrix-suite.ts';

await describeMatrix({ command: '/repl failover prod-sql', how: 'kill', ends: standbyServes, from: 1, effects: promotionEffects });
