import { arg } from '../src/intents/arg.ts';
import { defineCommand } from '../src/intents/command.ts';

export const command = defineCommand({
  name: 'lag',
  summary: 'Show how far the other side lags, now and over time, with a picture',
  risk: 'read',
  args: { link: arg.link(), over: arg.duration({ about: 'how far back to look', min: '1m', max: '7d', default: '6h' }) },
  examples: ['/repl lag prod-sql', '/repl lag prod-sql --over 2d'],
  toIntent: ({ link, over }) => ({ kind: 'lag', link, spanMs: over }),
});
