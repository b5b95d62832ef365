// What every test of the console does first.

import { chromium } from 'playwright-core';

export const base = process.env.BASE;
const wide = { width: 1440, height: 900 };

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

// visit opens a page in a browser of its own.
export async function visit(browser, path, options = {}) {
  const context = await browser.newContext({ locale: 'fr-FR', timezoneId: 'Europe/Paris', viewport: wide, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await options.prepare?.(page);
  await page.goto(base + path);
  return page;
}

export async function signIn(page, email, password) {
  await page.getByLabel('Adresse e-mail').fill(email);
  await page.getByLabel('Mot de passe').fill(password);
  await page.getByRole('button', { name: 'Se connecter' }).click();
  await live(page);
}

// live waits until the page has its socket and what it missed.
export const live = (page) => page.locator('.link[data-is=live]').waitFor();
