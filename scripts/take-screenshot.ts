// Makes docs/workspace.png: a failover in the simulated workspace, while it runs. `npm run screenshot`.
import { fileURLToPath } from 'node:url';
import { failOver, noBrowser, openBrowser, visit } from '../test/support/browser.ts';
import { openHouse } from '../test/support/house.ts';

if (noBrowser !== null) throw new TypeError(noBrowser);
const house = await openHouse();
const browser = await openBrowser();
const visitor = await visit(browser, house.workspace.url);
await failOver(visitor, '/repl failover prod-sql --to latest --reason "Frankfurt loses power at noon"');
const { page } = visitor;
await page
  .getByRole('button', { name: /repl(y|ies)/ })
  .first()
  .click();
await page
  .getByText(/redirected the traffic/)
  .last()
  .scrollIntoViewIfNeeded();
await page.waitForTimeout(800);
await page.screenshot({ path: fileURLToPath(new URL('../docs/workspace.png', import.meta.url)) });
await browser.close();
await house.close();
