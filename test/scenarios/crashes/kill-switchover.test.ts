import { describeMatrix, promotionEffects, standbyServes } from '../../support/matrix-suite.ts';

await describeMatrix({
  command: '/repl switchover prod-sql --max-stop 5m',
  how: 'kill',
  ends: standbyServes,
  from: 3,
  effects: promotionEffects,
});
