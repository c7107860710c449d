// Makes docs/workspace.png: a failover in the simulated workspace, while it runs. `npm run screenshot`.
import { fileURLToPath } from 'node:url';
import { noBrowser, openBrowser, visit } from '../test/support/browser.ts';
import { openHouse } from '../test/support/house.ts';

if (noBrowser !== null) throw new TypeError(noBrowser);
const house = await openHouse();
const browser = await openBrowser();
const { page, become, type, press, react, sees } = await visit(browser, house.workspace.url);
await type('/repl status');
await sees(/healthy/);
await type('/repl failover prod-sql --to latest --reason "Frankfurt loses power at noon"');
await sees(/0 of 2/);
await become('Bob');
await press(/^Approve/);
await sees(/1 of 2/);
await become('Chloe');
await react(/white_check_mark|✅/);
await sees(/redirected the traffic/);
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
