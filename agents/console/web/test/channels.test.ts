// Channels: what is said of each device, linking a phone, and what phones send.

import { encode } from 'uqr';
import { expect, test } from 'vitest';
import { Api, Refusal } from '../src/live/api.ts';
import { eventsOf } from '../src/live/events.ts';
import type { Advice, Channel, Device, PairStep } from '../src/protocol.ts';
import { pair } from '../src/remote.ts';
import { adviceOf, canLink, isDown, numberOf, stateOf, toneOf } from '../src/ui/channels.ts';
import { hashOf, placeOf, tabsOf } from '../src/ui/context.ts';
import { shownAs } from '../src/ui/Media.tsx';
import { ended, failure, pathOf, saidOf, stepped, type Pairing } from '../src/ui/supervisor/pairing.ts';
import { speak, words } from '../src/words/index.ts';

const fr = speak('fr'), en = speak('en');
const device = (more: Partial<Device>): Device => ({ state: 'connected', up: false, code: '', account: '', advice: '', ...more });
const channel = (d: Device | null): Channel => ({ brand: 'lumen', id: 'wa', kind: 'whatsapp', medium: 'whatsapp', address: '+33757000002', linked: !!d, device: d });
const advices: Advice[] = ['pair', 'pair_again', 'wait', 'appeal', 'update', 'stop_other', 'look_up', 'start', 'check_network'];

test('each trouble says what it is and what to do, in both languages', () => {
  for (const say of [fr, en]) {
    for (const advice of advices) {
      const text = adviceOf(device({ advice, code: '402', until: '2026-11-22T18:00:00Z' }), say);
      expect(text.length, advice).toBeGreaterThan(40);
      expect(text, advice).not.toMatch(/[{}]/);
    }
    expect(adviceOf(device({ advice: 'wait', code: '101', until: '2026-11-22T18:00:00Z' }), say)).toContain('101');
    expect(stateOf(device({ advice: 'start' }), say)).toBe(say('device.stopped')); // connected is what it was
  }
  for (const state of ['unpaired', 'connecting', 'connected', 'logged_out', 'banned', 'outdated', 'replaced', 'disconnected']) expect(words.fr, state).toHaveProperty(`device.${state}`);
  expect(adviceOf(device({}), fr)).toBe('');
});

test('a channel is down when somebody has to do something', () => {
  expect(isDown(channel(null))).toBe(false);
  expect(isDown(channel(device({ up: true })))).toBe(false);
  expect(isDown(channel(device({ state: 'connecting' })))).toBe(false); // it comes back by itself
  expect(isDown(channel(device({ state: 'logged_out', advice: 'pair_again' })))).toBe(true);
  expect([device({ up: true }), device({ state: 'connecting' }), device({ state: 'banned', advice: 'wait' })].map(toneOf)).toEqual(['good', 'warn', 'bad']);
  expect(['unpaired', 'logged_out', 'outdated'].map((state) => canLink(channel(device({ state: state as Device['state'] }))))).toEqual([true, true, false]);
  expect(numberOf('33757000002:12@s.whatsapp.net')).toBe('+33757000002');
  for (const no of ['', '123@lid', 'x']) expect(numberOf(no)).toBeUndefined();
});

test('the page of channels is a place of supervision', () => {
  const place = { view: 'all' as const, key: null, page: 'supervise' as const, tab: 'channels' as const };
  expect(placeOf(hashOf(place))).toEqual(place);
  expect(tabsOf(['supervise'])).toContain('channels');
});

test('linking: codes take one another’s place, and the end is the end', () => {
  let p: Pairing = { is: 'asking' };
  expect(saidOf(p, en)).toBe('Asking for a code…');
  p = stepped(p, { code: 'a', seconds: 60 }, 1_000);
  expect(p).toEqual({ is: 'code', code: 'a', n: 1, until: 61_000 });
  p = stepped(p, { code: 'b', seconds: 20 }, 61_000);
  expect([p, saidOf(p, en)]).toEqual([{ is: 'code', code: 'b', n: 2, until: 81_000 }, 'A new code has taken the last one’s place.']);
  expect(stepped(p, {}, 0)).toBe(p); // a step that this page does not know
  const linked = stepped(p, { done: true }, 0);
  expect(ended(linked)).toEqual({ is: 'linked' });
  expect(stepped(linked, { code: 'c' }, 0)).toBe(linked);
  expect(ended(p)).toMatchObject({ is: 'failed', code: 'cut' });
  const failed = stepped(p, { problem: { code: 'not_paired', detail: 'passkey' } }, 0) as Extract<Pairing, { is: 'failed' }>;
  expect(failure(failed, en)).toBe('WhatsApp did not link the phone: passkey');
  expect(failure({ code: 'new_code', why: 'because' }, fr)).toBe('because');
  for (const code of ['expired', 'outdated', 'paired', 'held', 'pairing', 'no_device', 'other_phone', 'phone_outdated', 'passkey', 'busy', 'forbidden', 'cut']) expect(words.fr, code).toHaveProperty(`pair.no.${code}`);
});

test('a stream is read piece by piece, wherever it is cut', async () => {
  const text = ':\n\ndata: {"code":"2@é,1","seconds":60}\n\n:\n\ndata: {"done":true}\n\n';
  expect(eventsOf('data: 1\n\ndata: 2')).toEqual({ events: ['1'], rest: 'data: 2' });
  const bytes = new TextEncoder().encode(text);
  for (let size = 1; size < bytes.length; size += 7) {
    let left = false;
    const body = new ReadableStream<Uint8Array>({
      start(c) {
        for (let i = 0; i < bytes.length; i += size) c.enqueue(bytes.slice(i, i + size));
      },
      cancel() { left = true; },
    });
    let asked: RequestInit | undefined;
    const api = new Api('/v1/desk/', async (url, init) => { asked = init; expect(url).toBe('/v1/desk/channels/lumen/wa/pair'); return new Response(body); });
    api.csrf = 'token';
    const steps: PairStep[] = [];
    for await (const s of pair(api, channel(device({})), new AbortController().signal)) {
      steps.push(s);
      if (s.done) break;
    }
    expect(steps).toEqual([{ code: '2@é,1', seconds: 60 }, { done: true }]);
    expect(left).toBe(true);
    expect(asked).toMatchObject({ method: 'POST', headers: { 'X-Causette-CSRF': 'token' } });
  }
  const refusing = new Api('/v1/desk/', async () => new Response('{"code":"held"}', { status: 409 }));
  await expect(pair(refusing, channel(null), new AbortController().signal).next()).rejects.toThrow(Refusal);
});

test('the picture has every dark square once, and a margin', () => {
  const { data, size } = encode(`2@${'abcDEF+/='.repeat(20)},key,key`, { ecc: 'L', border: 4 });
  const drawn = new Set<string>();
  for (const [, x, y, n] of pathOf(data).matchAll(/M(\d+) (\d+)h(\d+)v1H\d+z/g)) {
    for (let i = 0; i < Number(n); i++) drawn.add(`${Number(x) + i} ${y}`);
  }
  let dark = 0;
  data.forEach((row, y) => row.forEach((is, x) => { if (is) { dark++; expect(drawn.has(`${x} ${y}`)).toBe(true); } }));
  expect(drawn.size).toBe(dark);
  expect(data.length).toBe(size);
  expect(data.slice(0, 4).flat().some(Boolean)).toBe(false);
});

test('what phones send by WhatsApp is shown and played', () => {
  const chromium = (kind: string, type: string) => /^(audio\/ogg; codecs=opus|audio\/mpeg|video\/mp4)$/.test(type) && type.startsWith(kind);
  const at = (type: string, href = '/v1/desk/media/lumen/c/m/0') => shownAs({ href, type }, chromium);
  expect(at('audio/ogg; codecs=opus')).toBe('voice');
  expect(at('image/jpeg')).toBe('picture');
  expect(at('image/webp')).toBe('picture'); // a sticker
  expect(at('video/mp4')).toBe('video');
  expect(at('audio/amr')).toBe('file'); // to be downloaded
  expect(at('application/pdf')).toBe('file');
  expect(at('image/jpeg', 'https://mmg.whatsapp.net/x')).toBe('');
});
