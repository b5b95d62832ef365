// An admin links a phone at the console; pairing_test.go plays WhatsApp. SCAN is
// where a phone that photographed a code says what it read.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import AxeBuilder from '@axe-core/playwright';
import decodeQR from 'qr/decode.js';
import { launch, signIn, visit } from './browser.mjs';

const { EMAIL: email, PASSWORD: password, SCAN } = process.env;
let browser, page;

before(async () => {
  browser = await launch();
  page = await visit(browser, '/console/#/supervise/channels');
  await signIn(page, email, password);
});
after(() => browser?.close());

// scan photographs the code and has a phone read it.
async function scan(phone) {
  const code = page.locator('svg.qr');
  await code.waitFor();
  const eye = await browser.newPage();
  const picture = await eye.evaluate(async (png) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
    canvas.drawImage(image, 0, 0);
    const { width, height, data } = canvas.getImageData(0, 0, image.width, image.height);
    return { width, height, data: [...data] };
  }, (await code.screenshot()).toString('base64'));
  await eye.close();
  const read = decodeQR({ ...picture, data: Uint8ClampedArray.from(picture.data) });
  await fetch(`${SCAN}/${phone}`, { method: 'POST', body: read });
}

describe('pairing', { concurrency: false }, () => {
  it('says what is wrong with another number’s phone, and links the right one', async () => {
    const channel = page.locator('.channels li', { hasText: '+33937000001' });
    await channel.getByRole('button', { name: 'Lier un téléphone' }).click();
    await scan('another');
    const wrong = page.locator('.outcome[data-tone=bad]');
    await wrong.waitFor();
    assert.match(await wrong.textContent(), /n’a pas le numéro du canal/);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Recommencer');
    await page.keyboard.press('Enter');
    await page.locator('svg.qr').waitFor();
    const { violations } = await new AxeBuilder({ page }).include('.linking').analyze();
    assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), []);
    await scan('phone');
    await page.locator('.outcome[data-tone=good]').waitFor();
    await page.keyboard.press('Enter'); // the way out has the focus
    await channel.locator('.badge', { hasText: 'Connecté' }).waitFor();
  });
});
