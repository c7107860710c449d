import { describeMatrix, promotionEffects } from '../../support/matrix-suite.ts';

await describeMatrix({ command: '/repl failover prod-sql', how: 'kill', from: 1, effects: promotionEffects });
