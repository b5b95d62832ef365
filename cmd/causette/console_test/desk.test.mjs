// The desk's whole path on the running demo: customers on simulated phones,
// Camille and Thomas in browsers of their own. The tests tell one morning, in
// order. BASE names the demo and LOGINS its passwords; console_test.go starts it.
// With SHOTS, a folder, it keeps pictures of what it saw.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import AxeBuilder from '@axe-core/playwright';
import { base, launch, live, signIn, visit as visitIn } from './browser.mjs';

const passwords = JSON.parse(process.env.LOGINS);
const narrow = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

let browser, camille, thomas, phones;
const sockets = []; // that Camille's page opened
const numbers = {};
const complaints = [];

before(async () => {
  browser = await launch();
  for (const p of (await ask('GET', '/phones/network')).phones) numbers[p.name] = p.number;
  phones = await visit('/phones/');
  await phones.locator('.phone').first().waitFor();
});
after(() => browser?.close());

// visit keeps what the page complains of; a refused request or a cut network is
// Chromium's to tell, and wanted.
const visit = (path, options = {}) => visitIn(browser, path, { ...options, prepare: async (page) => {
  page.on('console', (m) => {
    if (!['error', 'warning'].includes(m.type())) return;
    if (/Failed to load resource|WebSocket connection to .* failed/.test(m.text())) return;
    complaints.push(m.text());
  });
  page.on('pageerror', (e) => complaints.push(e.message));
  page.on('request', (r) => r.url().startsWith(base) || /^(blob|data):/.test(r.url()) || complaints.push(`loads ${r.url()}`));
  await options.prepare?.(page);
} });

async function enter(name, options) {
  const page = await visit('/console/', options);
  const email = `${name}@lumen.example`;
  await signIn(page, email, passwords[email]);
  return page;
}

async function ask(method, path, body) {
  const r = await fetch(base + path, { method, headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });
  assert.ok(r.ok, `${method} ${path}: ${r.status}`);
  return r.json();
}

// ---- the desk's page

const view = (page, name) => page.getByRole('navigation', { name: 'Vues' }).getByRole('link', { name }).click();
const row = (page, name) => page.locator('a.row', { hasText: name });
const whose = (page, text) => page.locator('.head .whose', { hasText: text }).waitFor();
const act = (page, name) => page.locator('.head').getByRole('button', { name }).click();
const reply = (page) => page.getByLabel(/^Réponse à /);
const bubbles = (page, text) => page.locator('.bubble .said', { hasText: text });

// Rows move when somebody writes: a click may meet the neighbour.
async function open(page, name) {
  for (let tries = 3; tries > 1; tries--) {
    await row(page, name).click();
    if (await opened(page, name, 5_000).then(() => true, () => false)) return;
  }
  await row(page, name).click();
  await opened(page, name);
}

const offer = (page, name) => page.locator('.offer', { hasText: name });
const isOpen = (page, name) => page.getByRole('main', { name: `Conversation avec ${name}` }).isVisible();
const opened = (page, name, timeout) => page.getByRole('main', { name: `Conversation avec ${name}` }).waitFor({ timeout });

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
    await reply(camille).waitFor(); // the key asks for what is there
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
    const told = await answer('Théodore', said);
    assert.match(told, /9 h/);
    await camille.locator('.bubble[data-from=assistant]', { hasText: told }).last().waitFor();
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

  it('shows Thomas a prompt before it goes, and only he decides', async () => {
    await view(camille, 'Toutes');
    await open(camille, 'Zoé');
    const seen = camille.locator('.shown-prompt');
    await seen.getByText('Message automatique, à Thomas de voir').waitFor();
    assert.equal(await seen.getByRole('button').count(), 0, 'Camille has no say');
    await view(thomas, 'À moi');
    await open(thomas, 'Zoé');
    const shown = thomas.locator('.shown-prompt');
    await shown.getByText('Message automatique, à vous de voir').waitFor();
    await shown.getByText('LU-1012').waitFor();
    await shown.getByText(/part seul dans \d+:\d\d/).waitFor();
    await thomas.locator('.prompt-line', { hasText: 'demande d’avis, campagne avis-novembre' }).getByText('refusé').waitFor();
    assert.equal(await heard('Zoé', 'LU-1012').count(), 0, 'nothing left before he decided');
    await shot(thomas, 'shown-prompt');
    await clean(thomas, 'a prompt that is shown');
    await thomas.locator('.talk-scroll').focus();
    await thomas.keyboard.press('y');
    await hears('Zoé', 'LU-1012');
    await shown.getByText(/Thomas l’a envoyé à/).waitFor();
    await seen.getByText(/Thomas l’a envoyé à/).waitFor();
    await thomas.locator('.bubble[data-from=assistant]', { hasText: 'LU-1012' }).getByText('Automatisation : remboursement').waitFor();
    await shot(thomas, 'released');
  });

  it('offers templates beside the ready-made replies, filled from the customer', async () => {
    await reply(thomas).fill('');
    await reply(thomas).press('/');
    await thomas.getByRole('option', { name: /Merci/ }).waitFor();
    await thomas.getByRole('option', { name: /commande livrée/ }).waitFor();
    await shot(thomas, 'templates');
    await clean(thomas, 'templates');
    await thomas.keyboard.type('renouv');
    await thomas.getByRole('option', { name: /renouvellement/ }).waitFor();
    await thomas.keyboard.press('Enter');
    const form = thomas.getByRole('group', { name: 'Modèle : renouvellement' });
    await form.getByText('Il manque : la date').waitFor();
    await shot(thomas, 'template-missing');
    await thomas.locator('.template input:focus').waitFor();
    // A holiday: no other text of the thread says when the shop opens on that day.
    await form.getByLabel('la date').fill('2026-12-25');
    await form.getByLabel('l’article').fill('Bougie Figuier');
    await form.locator('blockquote', { hasText: '25 décembre' }).waitFor();
    await form.locator('.meter', { hasText: '1 SMS' }).waitFor();
    await shot(thomas, 'template');
    await clean(thomas, 'a template');
    await form.getByLabel('l’article').press('Enter');
    await hears('Zoé', '25 décembre');
    await once(thomas, '25 décembre');
  });

  it('has only approved templates for Malik, who wrote on WhatsApp two days ago', async () => {
    await view(camille, 'Toutes');
    await open(camille, 'Malik');
    await act(camille, 'Rouvrir');
    await camille.getByText('WhatsApp ne prend plus que les modèles qu’il a approuvés').waitFor();
    assert.equal(await reply(camille).count(), 0);
    await camille.getByRole('combobox', { name: 'Choisir un modèle approuvé' }).focus();
    await camille.getByRole('option', { name: /commande livrée/ }).waitFor();
    assert.equal(await camille.getByRole('option', { name: /renouvellement/ }).count(), 0);
    await shot(camille, 'window-closed');
    await clean(camille, 'a closed window');
    await camille.keyboard.type('livree');
    await camille.keyboard.press('Enter');
    await camille.getByRole('group', { name: 'Modèle : commande livrée' }).locator('blockquote', { hasText: 'LU-1044' }).waitFor();
    await shot(camille, 'approved');
    await camille.getByRole('group', { name: 'Modèle : commande livrée' }).getByRole('button', { name: 'Envoyer' }).press('Enter');
    await once(camille, 'LU-1044');
  });

  it('says in Claire’s card what waits, and why', async () => {
    await view(camille, 'Toutes');
    await open(camille, 'Claire');
    const waits = camille.locator('.waiting li', { hasText: 'retour en stock, campagne noel' });
    await waits.getByText(/programmé pour/).waitFor();
    await waits.getByText('send_at').waitFor();
    await camille.locator('.prompt-line', { hasText: 'retour en stock' }).waitFor();
    await shot(camille, 'waiting');
    await clean(camille, 'a prompt that waits');
    await camille.getByRole('button', { name: 'Voir les preuves' }).click();
    await camille.getByText('ligne intacte').first().waitFor();
    await shot(camille, 'proof');
    await clean(camille, 'the proof');
    await camille.keyboard.press('Escape');
  });

  it('takes a privacy request down for Olivier, hands the data out, and asks for the number before it erases', async () => {
    const olivier = await enter('olivier');
    await olivier.goto(`${base}/console/#/supervise/privacy`);
    const ask = async (kind) => {
      await olivier.getByRole('button', { name: 'Nouvelle demande' }).click();
      await olivier.getByText(kind).click();
      await olivier.getByLabel('Numéro du client').fill(numbers.Hugo);
      await olivier.getByRole('button', { name: 'Noter la demande' }).click();
    };
    await ask('Recevoir ses données');
    await olivier.getByText('reste 29 jours').or(olivier.getByText('reste 30 jours')).first().waitFor();
    const [file] = await Promise.all([olivier.waitForEvent('download'), olivier.getByRole('button', { name: 'Télécharger (JSON)' }).click()]);
    assert.match(file.suggestedFilename(), /\.json$/);
    await olivier.getByText('Terminée le').waitFor();
    await ask('Être effacé');
    await olivier.getByRole('button', { name: 'Effacer…' }).click();
    await olivier.getByLabel('Pour confirmer, tapez son numéro').fill('+33699999999');
    await olivier.getByRole('button', { name: 'Effacer pour toujours' }).click();
    await olivier.getByText('Ce n’est pas le numéro de ce client.').waitFor();
    await shot(olivier, 'erase');
    await clean(olivier, 'erase');
    await olivier.keyboard.press('Escape');
    await shot(olivier, 'privacy');
    await clean(olivier, 'privacy');
    await olivier.setViewportSize({ width: 390, height: 844 });
    assert.equal(await olivier.evaluate(() => document.documentElement.scrollWidth), 390);
    await shot(olivier, 'phone-privacy');
    await clean(olivier, '390 px, privacy');
    await olivier.context().close();
  });

  it('shows Nadia the whole desk', async () => {
    const nadia = await enter('nadia');
    await view(nadia, 'Supervision');
    await nadia.getByText('Camille').first().waitFor();
    await shot(nadia, 'supervision');
    await clean(nadia, 'supervision');
    await nadia.getByRole('link', { name: 'Canaux' }).click();
    await nadia.getByText('téléphones simulés').first().waitFor();
    await shot(nadia, 'channels');
    await clean(nadia, 'channels');
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
    await row(page, 'Zoé').tap(); // a prompt that was shown, and templates, have room
    await opened(page, 'Zoé');
    await page.locator('.shown-prompt').waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
    await shot(page, 'phone-prompt');
    await clean(page, '390 px, prompt');
    await page.getByRole('button', { name: 'Retour à la liste' }).tap();
    await row(page, 'Malik').tap();
    await opened(page, 'Malik');
    await page.getByRole('combobox', { name: 'Choisir un modèle approuvé' }).tap();
    await page.getByRole('option', { name: /commande livrée/ }).tap();
    await page.getByRole('group', { name: 'Modèle : commande livrée' }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
    await shot(page, 'phone-template');
    await clean(page, '390 px, template');
    await page.context().close();
  });
});
