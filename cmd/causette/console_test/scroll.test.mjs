// A hundred thousand conversations and a thread of ten thousand messages, as
// they scroll in a browser. scroll_test.go starts the desk; with BOUND=true late
// frames fail the test.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { base, launch, signIn, visit } from './browser.mjs';

const { EMAIL: email, PASSWORD: password, WRITER: writer } = process.env;
const size = Number(process.env.SIZE), long = Number(process.env.LONG), bound = process.env.BOUND === 'true';
const screens = bound ? 300 : 20; // how far one scrolls

let browser, page;

before(async () => {
  browser = await launch();
  page = await visit(browser, '/console/');
  await signIn(page, email, password);
});
after(() => browser?.close());

// scroll turns the wheel over the element, a sixth of a screen at each frame: faster than a
// hand does. It says how long the frames took and how much was there at the end.
const scroll = (selector, screens, direction) => page.evaluate(async ([selector, screens, direction]) => {
  const el = document.querySelector(selector);
  const frame = () => new Promise(requestAnimationFrame);
  const took = [];
  let last = await frame(), still = 0, blank = 0;
  for (let turned = 0; turned < screens * 6 && still < 120;) {
    const was = el.scrollTop;
    el.scrollBy({ top: direction * el.clientHeight / 6, behavior: 'instant' });
    const now = await frame();
    took.push(now - last);
    last = now;
    const box = el.getBoundingClientRect(), middle = box.y + box.height / 2;
    const items = [...el.querySelectorAll('[style*="position: absolute"]')].map((i) => i.getBoundingClientRect());
    if (!items.some((i) => i.top <= middle && i.bottom >= middle)) blank++; // nothing is drawn in the middle
    if (Math.abs(el.scrollTop - was) < 1) still++; // at the end of what has come: the next page is on its way
    else { still = 0; turned++; }
  }
  took.sort((a, b) => a - b);
  const at = (share) => Math.round(10 * took[Math.floor(share * (took.length - 1))]) / 10;
  return { frames: took.length, p50: at(.5), p95: at(.95), p99: at(.99), worst: at(1), late: took.filter((t) => t > 50).length, blank, height: el.scrollHeight };
}, [selector, screens, direction]);

function smooth(what, f) {
  console.log(what, JSON.stringify(f));
  assert.ok(f.blank < f.frames / 50 + 5, `${what}: nothing was drawn in ${f.blank} of ${f.frames} frames`);
  if (!bound) return;
  assert.ok(f.p95 <= 34, `${what}: one frame in twenty took more than ${f.p95} ms`);
  assert.ok(f.late <= f.frames / 50, `${what}: ${f.late} of ${f.frames} frames took more than 50 ms`);
}

describe('scrolling', { concurrency: false }, () => {
  it(`goes through ${size} conversations`, async () => {
    await page.goto(`${base}/console/#/all`);
    await page.locator('a.row').first().waitFor();
    const down = await scroll('.rows', screens, 1);
    smooth('the list, downwards', down);
    smooth('the list, back', await scroll('.rows', screens, -1));
    assert.ok(down.height > 92 * (bound ? 2000 : 150), `${down.height} px of rows came`);
  });

  it(`goes through a thread of ${long} messages`, async () => {
    await page.goto(`${base}/console/#/all/lumen/${writer}`);
    await page.locator('.bubble').first().waitFor();
    const up = await scroll('.talk-scroll', screens, -1);
    smooth('the thread, upwards', up);
    smooth('the thread, back', await scroll('.talk-scroll', screens, 1));
    assert.ok(up.height > (bound ? 50_000 : 5_000), `${up.height} px of messages came`);
  });
});
