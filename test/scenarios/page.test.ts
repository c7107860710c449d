import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failOver, noBrowser, openBrowser, visit } from '../support/browser.ts';
import { type House, openHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

if (noBrowser !== null) console.warn(noBrowser);

describe.skipIf(noBrowser !== null)('a newcomer in the workspace page', () => {
  let house: House;
  let browser: Browser;

  beforeAll(async () => {
    house = await openHouse();
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await house.close();
  });

  it('goes through one whole failover', async () => {
    const visitor = await visit(browser, house.workspace.url);
    const { page, become, press, sees } = visitor;
    const problems: string[] = [];
    page.on('pageerror', (problem) => problems.push(problem.message));
    await failOver(visitor, '/repl failover prod-sql --to latest');
    await become('Ana');
    await press(/redirected the traffic/);
    await sees(/succeeded|took over|done/i);
    const [run] = await house.store.journal.recent(null, 1);
    if (run === undefined) throw new TypeError('there is a run');
    await house.reaches(run, 'succeeded');
    await until(async () => /succeeded|done|complete/i.test((await house.message(run)).text), 'the last state is shown');
    await page
      .getByRole('button', { name: /repl(y|ies)/ })
      .first()
      .click();
    const picture = join(mkdtempSync(join(tmpdir(), 'replops-page-')), 'failover.png');
    const image = await page.screenshot({ path: picture });
    console.info(`A picture of the page is at ${picture}`);
    expect(image.length).toBeGreaterThan(20_000);
    expect(problems).toEqual([]);
  }, 180_000);
});
