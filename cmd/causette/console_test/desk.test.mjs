// The desk's whole path on the running demo: customers on simulated phones,
// Camille and Thomas in browsers of their own. The tests tell one morning, in
// order. BASE names the demo and LOGINS its passwords; console_test.go starts it.
// With SHOTS, a folder, it keeps pictures of what it saw.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';

const base = process.env.BASE;
const passwords = JSON.parse(process.env.LOGINS);
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const wide = { width: 1440, height: 900 };
const narrow = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

let browser, camille, thomas, phones;
const sockets = []; // that Camille's page opened
const numbers = {};
const complaints = [];

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
  for (const p of (await ask('GET', '/phones/network')).phones) numbers[p.name] = p.number;
  phones = await visit('/phones/');
  await phones.locator('.phone').first().waitFor();
});
after(() => browser?.close());

// visit opens a page in a browser of its own. What the page complains of is
// kept; a refused request or a cut network is Chromium's to tell, and wanted.
async function visit(path, options = {}) {
  const context = await browser.newContext({ locale: 'fr-FR', timezoneId: 'Europe/Paris', viewport: wide, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('console', (m) => {
    if (!['error', 'warning'].includes(m.type())) return;
    if (/Failed to load resource|WebSocket connection to .* failed/.test(m.text())) return;
    complaints.push(m.text());
  });
  page.on('pageerror', (e) => complaints.push(e.message));
  page.on('request', (r) => r.url().startsWith(base) || /^(blob|data):/.test(r.url()) || complaints.push(`loads ${r.url()}`));
  await options.prepare?.(page);
  await page.goto(base + path);
  return page;
}

async function enter(name, options) {
  const page = await visit('/console/', options);
  const email = `${name}@lumen.example`;
  await page.getByLabel('Adresse e-mail').fill(email);
  await page.getByLabel('Mot de passe').fill(passwords[email]);
  await page.getByRole('button', { name: 'Se connecter' }).click();
  await live(page);
  return page;
}

async function ask(method, path, body) {
  const r = await fetch(base + path, { method, headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });
  assert.ok(r.ok, `${method} ${path}: ${r.status}`);
  return r.json();
}

// ---- the desk's page

const live = (page) => page.locator('.link[data-is=live]').waitFor();
const view = (page, name) => page.getByRole('navigation', { name: 'Vues' }).getByRole('link', { name }).click();
const row = (page, name) => page.locator('a.row', { hasText: name });
const whose = (page, text) => page.locator('.head .whose', { hasText: text }).waitFor();
const act = (page, name) => page.locator('.head').getByRole('button', { name }).click();
const reply = (page) => page.getByLabel(/^Réponse à /);
const bubbles = (page, text) => page.locator('.bubble .said', { hasText: text });

async function open(page, name) {
  await row(page, name).click();
  await opened(page, name);
}

const offer = (page, name) => page.locator('.offer', { hasText: name });
const isOpen = (page, name) => page.getByRole('main', { name: `Conversation avec ${name}` }).isVisible();
const opened = (page, name) => page.getByRole('main', { name: `Conversation avec ${name}` }).waitFor();

async function write(page, text) {
  await reply(page).fill(text);
  await reply(page).press('Enter');
}

// once waits until the thread shows the text, and holds it to one bubble.
async function once(page, text) {
  await bubbles(page, text).first().waitFor();
  assert.equal(await bubbles(page, text).count(), 1, `“${text}” in the thread`);
}

// ---- the customers' phones

const text = (who, words) => ask('POST', `/phones/${numbers[who]}/messages`, { text: words });
const phone = (who) => phones.locator(`#phone-${numbers[who].replace(/\D/g, '')}`);
const heard = (who, words) => phone(who).locator('.theirs .text', { hasText: words });

async function hears(who, words) {
  await heard(who, words).first().waitFor();
  assert.equal(await heard(who, words).count(), 1, `“${words}” on the phone`);
}

// answer waits for the next thing that the brand says, whatever it is.
async function answer(who, said) {
  await phone(who).locator('.theirs .text').nth(said).waitFor();
  return phone(who).locator('.theirs .text').nth(said).textContent();
}

// answers is how many messages the brand sent to a phone.
const answers = async (who) =>
  (await ask('GET', `/phones/${numbers[who]}`)).messages.filter((m) => m.from === 'brand').length;

async function clean(page, what) {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  assert.deepEqual(violations.map((v) => `${what}: ${v.id}: ${v.nodes.map((n) => `${n.target} ${[...n.any, ...n.all, ...n.none].map((a) => a.message).join(' ')}`).slice(0, 3).join(' | ')}`), []);
}

const shot = async (page, name) => process.env.SHOTS && page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });

describe('the desk', { concurrency: false }, () => {
  afterEach(async () => {
    if (camille) await shot(camille, 'camille');
    if (thomas) await shot(thomas, 'thomas');
    assert.deepEqual(complaints.splice(0), []);
  });

  it('lets Camille in, who is offered the VIP first, and after her Théodore', async () => {
    const page = await visit('/console/');
    await page.getByRole('button', { name: 'Se connecter' }).waitFor();
    await clean(page, 'login');
    await shot(page, 'login');
    await page.context().close();

    camille = await enter('camille', {
      prepare: (page) => page.routeWebSocket('**/v1/desk/socket', (ws) => { sockets.push([ws, ws.connectToServer()]); }),
    });
    await view(camille, 'File');
    await row(camille, 'Théodore').getByText('249').waitFor();
    await offer(camille, 'Béatrice').waitFor();
    await shot(camille, 'offer');
    await clean(camille, 'offer');
    await offer(camille, 'Béatrice').getByRole('button', { name: 'Laisser' }).click();
    await offer(camille, 'Théodore').waitFor();
    await open(camille, 'Théodore');
    await whose(camille, 'Attend un conseiller');
    await once(camille, "j'hésite, c'est un peu cher");
    await camille.getByText('Le client hésite devant son panier').first().waitFor();
    await shot(camille, 'queue');
  });

  it('lets her claim him; what he texts comes in by itself, and the assistant is silent', async () => {
    await act(camille, 'Prendre');
    await whose(camille, 'Vous répondez');
    const said = await answers('Théodore');
    await text('Théodore', "d'accord, la lampe est-elle en stock ?");
    await once(camille, "d'accord, la lampe est-elle en stock ?");
    await write(camille, 'Bonjour Théodore, oui : il en reste six.');
    await hears('Théodore', 'Bonjour Théodore, oui : il en reste six.');
    await once(camille, 'Bonjour Théodore, oui : il en reste six.');
    await camille.locator('.bubble', { hasText: 'il en reste six' }).locator('.delivery[data-is=delivered]').waitFor();
    assert.equal(await answers('Théodore'), said + 1, 'nobody but Camille answered');
    await shot(camille, 'claimed');
  });

  it('needs no pointer: J, C, R, Enter, and Tab to the rest', async () => {
    await view(camille, 'File');
    await offer(camille, 'Ana').waitFor();
    await row(camille, 'Ana').waitFor();
    for (let i = 0; i < 4 && !(await isOpen(camille, 'Ana')); i++) await camille.locator('body').press('j');
    await opened(camille, 'Ana');
    await camille.keyboard.press('c');
    await whose(camille, 'Vous répondez');
    await camille.keyboard.press('r');
    await camille.locator('textarea:focus').waitFor();
    await camille.keyboard.type('Bonjour Ana, une nouvelle lampe part aujourd’hui.');
    await camille.keyboard.press('Enter');
    await hears('Ana', 'une nouvelle lampe part aujourd’hui');
    await once(camille, 'une nouvelle lampe part aujourd’hui');
    const focused = () => camille.evaluate(() => document.activeElement.textContent);
    for (let i = 0; i < 30 && await focused() !== 'Rendre à l’assistant'; i++) await camille.keyboard.press('Shift+Tab');
    assert.equal(await focused(), 'Rendre à l’assistant');
    await camille.keyboard.press('Enter');
    await camille.locator('.event', { hasText: 'Camille rend la main à l’assistant' }).waitFor();
    const said = await answers('Ana');
    await text('Ana', 'vos horaires ?');
    assert.match(await answer('Ana', said), /9 h/);
  });

  it('tells Thomas that Camille has him', async () => {
    await view(camille, 'À moi');
    await open(camille, 'Théodore');
    thomas = await enter('thomas');
    await view(thomas, 'Toutes');
    await open(thomas, 'Théodore');
    await whose(thomas, 'Camille répond');
    await act(thomas, 'Prendre');
    await thomas.locator('.toast', { hasText: 'Camille a déjà pris cette conversation.' }).waitFor();
    await camille.locator('.company', { hasText: 'Thomas regarde aussi' }).waitFor();
    await shot(thomas, 'collision');
  });

  it('loses nothing and doubles nothing when the network drops for 30 s', async () => {
    const said = await answers('Théodore');
    const back = new Promise((resolve) => setTimeout(resolve, 30_000)); // longer than any wait between two tries
    await camille.context().setOffline(true);
    for (const ends of sockets) for (const end of ends) await end.close(); // Chromium leaves open sockets alone
    await camille.locator('.link[data-is=reconnecting]').waitFor();
    await text('Théodore', 'et vous livrez à Lyon ?');
    await text('Théodore', 'pour samedi si possible');
    await write(camille, 'Je vous la mets de côté.');
    const waiting = camille.locator('.bubble[data-pending]', { hasText: 'mets de côté' });
    await waiting.getByText('Partira au retour du réseau').waitFor();
    await shot(camille, 'offline');
    assert.equal(await bubbles(camille, 'Lyon').count(), 0, 'the page is not cut off');

    await back;
    await camille.context().setOffline(false);
    await live(camille);
    await once(camille, 'et vous livrez à Lyon ?');
    await once(camille, 'pour samedi si possible');
    // She wrote without having read them: she is asked before it goes.
    await waiting.locator('.missed li', { hasText: 'pour samedi si possible' }).waitFor();
    assert.equal(await waiting.locator('.missed li').count(), 2);
    assert.equal(await heard('Théodore', 'mets de côté').count(), 0);
    await shot(camille, 'moved');
    await waiting.getByRole('button', { name: 'Envoyer quand même' }).click();
    await hears('Théodore', 'Je vous la mets de côté.');
    await waiting.waitFor({ state: 'detached' });
    await once(camille, 'Je vous la mets de côté.');
    assert.equal(await answers('Théodore'), said + 1);
    await camille.reload(); // what the server has is what the page had
    await live(camille);
    for (const words of ['il en reste six', 'et vous livrez à Lyon ?', 'pour samedi si possible', 'mets de côté']) await once(camille, words);
  });

  it('gives him back to the assistant, who answers again', async () => {
    await act(camille, 'Rendre à l’assistant');
    await camille.locator('.event', { hasText: 'Camille rend la main à l’assistant' }).waitFor();
    const said = await answers('Théodore');
    await text('Théodore', 'vos horaires ?');
    assert.match(await answer('Théodore', said), /9 h/);
    await camille.locator('.bubble[data-from=assistant]', { hasText: /horaires|ouvert|du lundi/i }).last().waitFor();
    await shot(camille, 'returned');
  });

  it('gives Claire to one of two who take over from the assistant at once', async () => {
    await Promise.all([camille, thomas].map((page) => view(page, 'Assistant')));
    await Promise.all([camille, thomas].map((page) => open(page, 'Claire')));
    await Promise.all([camille, thomas].map((page) => act(page, 'Prendre la main')));
    const won = (page) => page.locator('.head .whose', { hasText: 'Vous répondez' });
    await won(camille).or(camille.locator('.toast', { hasText: 'Thomas a déjà pris' })).first().waitFor();
    await won(thomas).or(thomas.locator('.toast', { hasText: 'Camille a déjà pris' })).first().waitFor();
    await camille.locator('.head .whose', { hasText: /Vous répondez|Thomas répond/ }).waitFor();
    await thomas.locator('.head .whose', { hasText: /Vous répondez|Camille répond/ }).waitFor();
    assert.equal(await won(camille).count() + await won(thomas).count(), 1);
  });

  it('lets her take back what she wrote before it leaves', async () => {
    await view(camille, 'Toutes');
    await open(camille, 'Emma');
    await act(camille, 'Prendre la main');
    await whose(camille, 'Vous répondez');
    const said = await answers('Emma');
    await write(camille, 'Bonjour Emma, un mot de trop.');
    await bubbles(camille, 'un mot de trop').waitFor();
    await camille.locator('.bubble', { hasText: 'un mot de trop' }).getByRole('button', { name: /^Annuler/ }).click();
    await camille.waitForFunction(() => document.querySelector('textarea')?.value === 'Bonjour Emma, un mot de trop.');
    await shot(camille, 'taken-back');
    await reply(camille).fill('');
    await write(camille, 'Bonjour Emma, à votre écoute.');
    await hears('Emma', 'à votre écoute');
    assert.equal(await answers('Emma'), said + 1);
    assert.equal(await heard('Emma', 'un mot de trop').count(), 0);
    await act(camille, 'Rendre à l’assistant');
  });

  it('shows Nadia the whole desk', async () => {
    const nadia = await enter('nadia');
    await view(nadia, 'Supervision');
    await nadia.getByText('Camille').first().waitFor();
    await shot(nadia, 'supervision');
    await clean(nadia, 'supervision');
    await nadia.context().close();
  });

  it('has nothing that axe complains of, light', async () => {
    await clean(camille, 'light');
  });

  it('has nothing that axe complains of, dark', async () => {
    const dark = await enter('thomas', { colorScheme: 'dark' });
    await view(dark, 'Toutes');
    await open(dark, 'Théodore');
    await once(dark, 'Je vous la mets de côté.');
    await shot(dark, 'dark');
    await clean(dark, 'dark');
    await dark.context().close();
  });

  it('works at 390 pixels: the list, a conversation, and back', async () => {
    const page = await enter('camille', narrow);
    await view(page, 'Toutes');
    await row(page, 'Théodore').waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
    await shot(page, 'phone-list');
    await clean(page, '390 px, list');
    await row(page, 'Théodore').tap();
    await opened(page, 'Théodore');
    await once(page, 'Je vous la mets de côté.');
    assert.equal(await row(page, 'Théodore').isVisible(), false);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
    await shot(page, 'phone-thread');
    await clean(page, '390 px, conversation');
    await page.getByRole('button', { name: 'Retour à la liste' }).tap();
    await row(page, 'Théodore').waitFor();
    await page.context().close();
  });
});
