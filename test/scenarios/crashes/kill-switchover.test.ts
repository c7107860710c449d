import { describeMatrix, promotionEffects } from '../../support/matrix-suite.ts';

await describeMatrix({ command: '/repl switchover prod-sql --max-stop 5m', how: 'kill', from: 3, effects: promotionEffects });
