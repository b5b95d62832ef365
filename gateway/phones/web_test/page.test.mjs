// The page in a browser, against a network whose gateway repeats what it hears.
// BASE names the server; browser_test.go starts it.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';

const base = process.env.BASE;
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const still = { delay_ms: 0, loss: 0, unanswered: 0, unheard: 0, reset: false, throttled: false, invalid: false, blocked: false, off: false, unreported: false, shuffled: false, repeated: false };
const [claire, marc] = ['+33639980001', '+33639980002'];

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
});
after(() => browser?.close());

// visit opens the page, and fails the test if the page complains or loads
// anything from elsewhere.
async function visit(t, options = {}, path = '/phones/') {
  const context = await browser.newContext({ locale: 'fr-FR', viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints = [];
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && complaints.push(m.text()));
  page.on('pageerror', (e) => complaints.push(e.message));
  page.on('dialog', (d) => { complaints.push(d.message()); d.dismiss(); });
  page.on('request', (r) => !r.url().startsWith(base) && !r.url().startsWith('blob:') && complaints.push(`loads ${r.url()}`));
  t.after(async () => {
    await context.close();
    if (!options.complains) assert.deepEqual(complaints, []);
  });
  await options.prepare?.(page);
  await ask('PATCH', '/phones/network', still);
  for (const number of [claire, marc]) await ask('PATCH', `/phones/${number}`, { network: still });
  await page.goto(base + path);
  await page.locator('.phone').first().waitFor();
  return page;
}

const phone = (page, number) => page.locator(`#phone-${number.replace(/\W/g, '')}`);
const theirs = (p, text) => p.locator('.theirs .text', { hasText: text }).last();
const own = (p, text) => p.locator('.message.own', { hasText: text }).last();

async function write(p, text) {
  await p.locator('textarea').fill(text);
  await p.locator('textarea').press('Enter');
}

async function openLine(p, n) {
  await p.locator('.back').click();
  await p.locator('.entry-row').nth(n).click();
}

async function ask(method, path, body) {
  const r = await fetch(base + path, { method, headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });
  assert.ok(r.ok, `${method} ${path}: ${r.status}`);
  return r.status === 204 ? null : r.json();
}

async function clean(page, what) {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  assert.deepEqual(violations.map((v) => `${what}: ${v.id}: ${v.nodes.map((n) => `${n.target} ${n.any.map((a) => a.message).join(' ')}`).slice(0, 3).join(' | ')}`), []);
}

describe('the phones', { concurrency: false }, () => {
  it('texts, is answered, and says that the text was delivered', async (t) => {
    const page = await visit(t);
    const p = phone(page, claire);
    await write(p, 'Où est mon colis ?');
    await theirs(p, 'reçu : Où est mon colis ?').waitFor();
    await own(p, 'Où est mon colis ?').locator('.meta', { hasText: /1 segment · Distribué/ }).waitFor();
    assert.equal(await p.locator('textarea').inputValue(), '');
    assert.match(await page.locator('#said').textContent(), /Claire a reçu de Lumen : reçu : Où est mon colis/);
  });

  it('sends a suggestion with one tap', async (t) => {
    const page = await visit(t);
    const p = phone(page, claire);
    await p.locator('.chips button', { hasText: 'STOP' }).click();
    await theirs(p, 'reçu : STOP').waitFor();
  });

  it('shows text as text, and links only what is a link', async (t) => {
    const page = await visit(t);
    const p = phone(page, marc);
    await write(p, '<img src=x onerror=alert(1)> javascript:alert(1) https://lumen.example/l/7Kq2?a=1. <b>fin</b>');
    const answer = theirs(p, 'reçu : <img src=x onerror=alert(1)>');
    await answer.waitFor();
    assert.equal(await p.locator('.bubble img, .bubble b').count(), 0);
    assert.deepEqual(await answer.locator('a').evaluateAll((all) => all.map((a) => [a.href, a.rel])), [['https://lumen.example/l/7Kq2?a=1', 'noopener noreferrer']]);
  });

  it('counts what is unread on the phones that nobody looks at', async (t) => {
    const page = await visit(t);
    await phone(page, claire).locator('textarea').focus();
    await ask('POST', `/phones/${marc}/messages`, { text: 'coucou' });
    const badge = phone(page, marc).locator('.holder .badge');
    await badge.waitFor();
    assert.match(await badge.textContent(), /^\d+ non lus$/);
    assert.match(await page.title(), /^\(\d+\) Téléphones simulés/);
    await openLine(phone(page, marc), 0);
    await badge.waitFor({ state: 'hidden' });
  });

  it('says when the gateway did not take a text, and tries again when asked', async (t) => {
    const page = await visit(t);
    const p = phone(page, claire);
    await write(p, 'ligne occupée');
    await own(p, 'ligne occupée').locator('.meta', { hasText: 'Échec de l’envoi' }).waitFor();
    await own(p, 'ligne occupée').getByRole('button', { name: 'Réessayer' }).click();
    await theirs(p, 'reçu : ligne occupée').waitFor();
    assert.equal(await p.locator('.message.own', { hasText: 'ligne occupée' }).count(), 1);
  });

  it('reacts and replies on WhatsApp, with ticks', async (t) => {
    const page = await visit(t);
    const p = phone(page, marc);
    await openLine(p, 1);
    await write(p, 'bonsoir');
    await own(p, 'bonsoir').locator('.tick.delivered').waitFor();
    await theirs(p, 'reçu : bonsoir').click({ button: 'right' });
    await p.getByRole('button', { name: 'Réagir avec 👍' }).click();
    await p.locator('.reactions', { hasText: '👍' }).waitFor();
    await theirs(p, 'reçu : bonsoir').click({ button: 'right' });
    await p.getByRole('button', { name: 'Répondre' }).click();
    await write(p, 'merci');
    assert.match(await own(p, 'merci').locator('.quote').textContent(), /Lumen.*reçu : bonsoir/);
    await theirs(p, 'reçu : merci (en réponse)').waitFor();
  });

  it('sends a photo', async (t) => {
    const page = await visit(t);
    const p = phone(page, claire);
    const png = await page.screenshot({ clip: { x: 0, y: 0, width: 300, height: 200 } });
    await p.locator('input[type=file]').setInputFiles({ name: 'lampe.png', mimeType: 'image/png', buffer: png });
    await p.locator('.preview').waitFor();
    await write(p, 'elle est cassée');
    const image = own(p, 'elle est cassée').locator('a img');
    await image.waitFor();
    assert.equal(await image.evaluate(async (e) => { await e.decode(); return e.naturalWidth; }), 300);
    await theirs(p, 'reçu : elle est cassée (1 photo)').waitFor();
    await p.locator('input[type=file]').setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('<svg>') });
    await p.locator('.refusal', { hasText: 'ne peut pas être envoyée' }).waitFor();
  });

  it('keeps messages waiting while the phone is off', async (t) => {
    const page = await visit(t);
    const p = phone(page, claire);
    await p.locator('.switches').click();
    await page.getByRole('switch', { name: 'Téléphone éteint' }).click();
    await p.locator('.dark').waitFor();
    await ask('POST', `/phones/${marc}/messages`, { text: `pour ${claire}` });
    await p.locator('.waiting', { hasText: '1 message(s) en attente' }).waitFor();
    await page.locator('.air li', { hasText: 'attend le téléphone' }).waitFor();
    await clean(page, 'dark screen');
    await p.getByRole('button', { name: 'Allumer' }).click();
    await theirs(p, 'un mot de Marc').waitFor();
    await page.locator('.air', { hasText: 'Tout est arrivé.' }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('moves the network’s switches from the keyboard', async (t) => {
    const page = await visit(t);
    await page.locator('#open-network').press('Enter');
    await page.getByLabel('Délai, dans chaque sens').press('ArrowRight');
    await page.getByRole('switch', { name: 'Accusés dans le désordre' }).press('Space');
    await assert.doesNotReject(async () => {
      for (;;) {
        const { network } = await ask('GET', '/phones/network');
        if (network.delay_ms === 250 && network.shuffled) return;
      }
    });
    await page.getByRole('button', { name: 'Tout rétablir' }).press('Enter');
    await page.locator('.slider output', { hasText: '0 s' }).first().waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('#drawer').isVisible(), false);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'open-network');
  });

  it('resumes after a cut without missing anything or showing it twice', async (t) => {
    const sockets = [];
    const page = await visit(t, {
      complains: true, // about the cut
      prepare: (page) => page.routeWebSocket('**/phones/socket**', (ws) => { sockets.push(ws); ws.connectToServer(); }),
    });
    const p = phone(page, claire);
    await write(p, 'avant la coupure');
    await theirs(p, 'reçu : avant la coupure').waitFor();
    await sockets[0].close({ code: 4012, reason: 'cut' });
    await ask('POST', `/phones/${claire}/messages`, { text: 'pendant la coupure' });
    await theirs(p, 'reçu : pendant la coupure').waitFor();
    assert.match(sockets.at(-1).url(), /epoch=[0-9a-f]{16}&after=\d+/);
    assert.equal(await p.locator('.theirs', { hasText: 'avant la coupure' }).count(), 1);
    await page.locator('#live[data-state=live]').waitFor();
  });

  it('adds a phone, and says why a number is refused', async (t) => {
    const page = await visit(t, { complains: true }); // about the 422
    await page.locator('#open-add').click();
    await page.getByLabel('Prénom').fill('Nora');
    await page.getByLabel('Numéro').fill('0612345678');
    await page.getByRole('button', { name: 'Ajouter', exact: true }).click();
    await page.locator('.refusal', { hasText: 'format international' }).waitFor();
    await clean(page, 'dialog');
    await page.getByLabel('Numéro').fill('+33 6 39 98 00 77');
    await page.getByRole('button', { name: 'Ajouter', exact: true }).click();
    const p = phone(page, '+33639980077');
    await write(p, 'premier texte');
    await theirs(p, 'reçu : premier texte').waitFor();
  });

  it('speaks English when asked', async (t) => {
    const page = await visit(t, {}, '/phones/?lang=en');
    await page.getByRole('button', { name: 'Add a phone' }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
    assert.match(await page.title(), /Simulated phones/);
  });

  it('works on a screen of 390 pixels, one phone at a time', async (t) => {
    const page = await visit(t, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
    const inView = (number) => phone(page, number).evaluate((e) => Math.abs(e.getBoundingClientRect().left) < 2);
    assert.equal(await inView(claire), true);
    await page.getByRole('tab', { name: 'Marc' }).tap();
    await page.waitForFunction((id) => Math.abs(document.getElementById(id).getBoundingClientRect().left) < 2, 'phone-33639980002');
    await write(phone(page, marc), 'depuis le métro');
    await theirs(phone(page, marc), 'reçu : depuis le métro').waitFor();
    await clean(page, '390 px');
    await page.locator('#phones').evaluate((e) => e.scrollTo({ left: 0 })); // what a swipe does
    await page.locator('[role=tab][aria-selected=true]', { hasText: 'Claire' }).waitFor();
    await page.locator('#open-network').tap();
    await clean(page, '390 px, drawer');
  });

  for (const colorScheme of ['light', 'dark']) {
    it(`has nothing that axe complains of, ${colorScheme}`, async (t) => {
      const page = await visit(t, { colorScheme });
      const p = phone(page, marc);
      await write(phone(page, claire), `voir https://lumen.example/${colorScheme}`);
      await theirs(phone(page, claire), `lumen.example/${colorScheme}`).waitFor();
      await openLine(p, 1);
      await write(p, `voir https://lumen.example/${colorScheme}`);
      await theirs(p, `lumen.example/${colorScheme}`).waitFor();
      await clean(page, 'threads');
      await page.locator('#open-network').click();
      await clean(page, 'drawer');
      await theirs(p, `lumen.example/${colorScheme}`).click({ button: 'right', position: { x: 4, y: 4 } });
      await p.locator('.sheet').waitFor();
      await clean(page, 'sheet');
      await page.keyboard.press('Escape');
      await p.locator('.back').click();
      await clean(page, 'list of threads');
    });
  }
});
