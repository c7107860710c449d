import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';
const flags = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

/** Why there is no browser to test with: a sentence; null when there is one. */
export const noBrowser: string | null = existsSync(executablePath)
  ? null
  : `Browser tests are skipped: there is no ${executablePath}. On Debian, apt-get install chromium.`;

export const openBrowser = (): Promise<Browser> => chromium.launch({ executablePath, args: flags, timeout: 180_000 });

/** The workspace's page, used with the mouse and the keyboard as a person does. */
export interface Visit {
  readonly page: Page;
  become(person: string): Promise<void>;
  type(line: string): Promise<void>;
  /** Presses the newest button of that name, and confirms if it asks. */
  press(name: RegExp): Promise<void>;
  react(emoji: RegExp): Promise<void>;
  sees(text: RegExp, withinMs?: number): Promise<void>;
}

/** For what never comes; a browser on a busy machine is slow. */
const patientMs = 100_000;

export async function visit(browser: Browser, url: string): Promise<Visit> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 960 } });
  page.setDefaultTimeout(patientMs);
  await page.goto(url);
  const box = page.getByRole('textbox', { name: /Message/ });
  await box.waitFor();
  return {
    page,
    become: async (person) => {
      const picker = page.getByRole('combobox', { name: /You are/ });
      const names = await picker.locator('option').allTextContents();
      await picker.selectOption({ label: names.find((name) => name.startsWith(person)) ?? person });
      await page.getByRole('combobox', { name: new RegExp(`You are ${person}`) }).waitFor();
    },
    type: async (line) => {
      await box.fill(line);
      await box.press('Enter');
    },
    press: async (name) => {
      // By what it shows: what it is called for a screen reader says more.
      await page.getByRole('button').filter({ hasText: name }).last().click();
      const dialog = page.getByRole('dialog');
      if (await dialog.isVisible().catch(() => false)) await dialog.getByRole('button').last().click();
    },
    react: async (emoji) => {
      await page.getByRole('button', { name: emoji }).last().click();
    },
    sees: async (text, withinMs = patientMs) => {
      await page.getByText(text).last().waitFor({ timeout: withinMs });
    },
  };
}

/** Ana asks for a failover, Bob and Chloe approve it, and the run goes as far as the step that people have to do. */
export async function failOver({ become, type, press, react, sees }: Visit, line: string): Promise<void> {
  await type('/repl status');
  await sees(/healthy/);
  await type(line);
  await sees(/0 of 2/);
  await become('Bob');
  await press(/^Approve/);
  await sees(/1 of 2/);
  await become('Chloe');
  await react(/white_check_mark|✅/);
  await sees(/redirected the traffic/);
}
