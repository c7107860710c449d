// Makes docs/lag.png: the lag of a link over an hour in which its stream is cut at last. `npm run screenshot`.
import { fileURLToPath } from 'node:url';
import { asLinkId } from '../src/domain/ids.ts';
import { noBrowser, openBrowser, visit } from '../test/support/browser.ts';
import { openHouse } from '../test/support/house.ts';
import { until } from '../test/support/until.ts';

if (noBrowser !== null) throw new TypeError(noBrowser);
// The lag of the product, and a stream that bears being cut.
const pace = { tickMs: 10_000, lagMs: 3_000, retryAfterMs: 3_600_000, giveUpMs: 7_200_000 };
const house = await openHouse({ pace, bot: { watch: { everyMs: 100, pollMs: 20, leaseMs: 20_000 } } });
const looks = async (): Promise<number> => (await house.store.watch.history(asLinkId('prod-sql'))).length;
const sql = house.sql.control();

/** Time passes, and bots look. */
async function pass(ms: number): Promise<void> {
  sql.advance(ms);
  house.clock.leap(ms);
  const before = await looks();
  await until(async () => (await looks()) >= before + 2, 'bots have looked');
}

const calm = [224, 211, 233, 218, 226, 209, 231];
for (const seconds of [...calm, ...calm]) await pass(seconds * 1_000);
sql.linkDown();
await pass(43_000);
sql.linkUp();
for (const seconds of calm) await pass(seconds * 1_000);
sql.linkDown();
for (const seconds of [38, 31, 34, 29]) await pass(seconds * 1_000);

const browser = await openBrowser();
const { page, type, sees } = await visit(browser, house.workspace.url);
await type('/repl lag prod-sql --over 2h');
await sees(/It has been rising since/);
await page.waitForTimeout(800);
await page.screenshot({ path: fileURLToPath(new URL('../docs/lag.png', import.meta.url)) });
await browser.close();
await house.close();
