// What surrounds the thread: places, choosing, filters, finding, first words.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bulk, mostAtOnce, query } from '../src/remote.ts';
import { Refusal, type Api } from '../src/live/api.ts';
import type { Consent, Key, Mention, Summary } from '../src/protocol.ts';
import { panes, read, within } from '../src/settings.ts';
import { consentTo, isNumber, phoneOf } from '../src/ui/begun.ts';
import { byTags, outcome, tagsOf } from '../src/ui/Bulk.tsx';
import { moved } from '../src/ui/combobox.ts';
import { arranged, meets, sifted } from '../src/ui/commands.ts';
import { hashOf, placeOf, type Place } from '../src/ui/context.ts';
import { choices, noFilter, passes } from '../src/ui/filter.ts';
import { marks, snippet } from '../src/ui/marks.ts';
import { useMentions, withMention, withRead } from '../src/ui/mentions.ts';
import { none, reach, toggle, type Selection } from '../src/ui/selection.ts';
import type { Command } from '../src/ui/Palette.tsx';

const row = (customer: string, more: Partial<Summary> = {}): Summary => ({
  brand: 'lumen', customer, name: customer, phone: '', medium: 'sms', language: 'fr', state: 'idle', owner_kind: 'queue', preview: '', from: '', at: '', version: 1, ...more,
});
const k = (s: string): Key => `lumen/${s}`;

test('a place and its address are the same', () => {
  const places: Place[] = [
    { view: 'mine', key: null }, { view: 'queue', key: k('ana') }, { view: 'all', key: k('a b&c?'), page: 'search', q: 'où est ? #1', at: 'e1' },
    { view: 'all', key: null, page: 'mentions' }, { view: 'all', key: null, page: 'supervise', tab: 'audit' },
  ];
  for (const p of places) expect(placeOf(hashOf(p))).toEqual(p);
  expect(placeOf('')).toEqual({ view: 'queue', key: null });
  expect(placeOf('#/supervise/nonsense').tab).toBe('live');
  expect(placeOf('#/queue/lumen/%zz').key).toBe('lumen/%zz'); // mistyped, but no crash
});

test('what was kept of the settings is bounded, whatever it is', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (kept) => {
    const s = read(kept, null, 'en');
    expect(['auto', 'light', 'dark']).toContain(s.theme);
    expect(['fr', 'en']).toContain(s.language);
    for (const pane of ['list', 'customer'] as const) {
      expect(s.widths[pane]).toBeGreaterThanOrEqual(panes[pane].least);
      expect(s.widths[pane]).toBeLessThanOrEqual(panes[pane].most);
    }
  }));
  expect(read('{"language":"en"}', 'fr', 'en').language).toBe('fr'); // the address says
  expect(within('list', Number.NaN)).toBe(panes.list.usual);
});

test('choosing: one by one, and from the last one up to another', () => {
  const order = ['a', 'b', 'c', 'd'].map(k);
  let s: Selection = toggle(none, k('b'));
  s = reach(s, k('d'), order);
  expect([...s.picked]).toEqual([k('b'), k('c'), k('d')]);
  expect([...reach(s, k('a'), order).picked].sort()).toEqual(order); // backwards, from the same
  expect([...toggle(s, k('c')).picked]).toEqual([k('b'), k('d')]);
  expect([...reach(none, k('c'), order).picked]).toEqual([k('c')]); // nothing to begin from
  expect(none.picked.size).toBe(0);
});

test('many at once: in requests of a hundred, each under its own id', async () => {
  const asked: { id: string; n: number }[] = [];
  const api = { ask: async (_m: string, _p: string, b: { id: string; conversations: { brand: string; customer: string }[] }) => {
    asked.push({ id: b.id, n: b.conversations.length });
    if (asked.length === 3) throw new TypeError('network');
    return { items: b.conversations.map((c) => ({ ...c, status: c.customer === '7' ? 409 : 200, code: 'owned' })) };
  } } as unknown as Api;
  const list = Array.from({ length: 2 * mostAtOnce + 5 }, (_, i) => ({ key: k(String(i)), seen: i }));
  let id = 0;
  const { done, refused } = outcome(await bulk(api, () => String(++id), 'resolve', list, {}));
  expect(asked).toEqual([{ id: '1', n: 100 }, { id: '2', n: 100 }, { id: '3', n: 5 }]);
  expect(done).toBe(199);
  expect(refused.map((r) => r.code)).toEqual(['owned', 'failed', 'failed', 'failed', 'failed', 'failed']);
  const down = { ask: async () => { throw new Refusal(403, 'forbidden', {}); } } as unknown as Api;
  await expect(bulk(down, () => 'x', 'resolve', list, {})).rejects.toThrow();
});

test('tags are added to those that each has', () => {
  const has: Record<Key, string[]> = { [k('a')]: ['colis'], [k('b')]: [], [k('c')]: ['colis'] };
  expect(byTags([k('a'), k('b'), k('c')], (key) => has[key], ['vu'])).toEqual([{ keys: [k('a'), k('c')], tags: ['colis', 'vu'] }, { keys: [k('b')], tags: ['vu'] }]);
  expect(byTags([k('a'), k('b')], (key) => has[key], ['vu', 'colis'])).toHaveLength(1); // the same in the end
  expect(tagsOf(' a, b,,a , c d ')).toEqual(['a', 'b', 'c d']);
});

test('filters keep what has all that is asked for, and offer what there is', () => {
  const rows = [row('a', { team: 'retours', tags: ['colis'] }), row('b', { team: 'vente', tags: null }), row('c')];
  expect(rows.filter((r) => passes(r, { ...noFilter, team: 'retours' })).map((r) => r.customer)).toEqual(['a']);
  expect(rows.filter((r) => passes(r, { brand: 'lumen', team: 'vente', tag: 'colis' }))).toEqual([]);
  expect(choices(rows, [{ teams: ['nuit'] }, {}], { ...noFilter, tag: 'vieux' })).toEqual({ teams: ['nuit', 'retours', 'vente'], tags: ['colis', 'vieux'] });
});

test('marks put together are the text, and a word is found without its accents', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, q) => {
    expect(marks(text, q).map((m) => m.text).join('')).toBe(text);
  }));
  expect(marks('Colis ABÎMÉ à Lyon', 'abime lyon').filter((m) => m.hit).map((m) => m.text)).toEqual(['ABÎMÉ', 'Lyon']);
  expect(marks('rien', '').some((m) => m.hit)).toBe(false);
  const long = `${'avant '.repeat(80)}lampe ${'après '.repeat(80)}`;
  expect(snippet(long, 'lampe', 100)).toContain('lampe');
  expect([...snippet(long, 'lampe', 100)].length).toBeLessThan(104);
  expect(snippet('court\n texte', 'x')).toBe('court texte');
});

test('the palette ranks the beginning of a word before its middle, by section', () => {
  const c = (label: string, section = 0, later = false): Command => ({ id: label, section, label, later, icon: null, do() {} });
  expect(meets('Résoudre', 'resou')).toBeGreaterThan(meets('À résoudre', 'resou'));
  expect(meets('Résoudre', 'xyz')).toBe(0);
  const found = sifted([c('Mise en absence'), c('Absolument', 1), c('Absent', 1), c('Rien', 1)], 'abs');
  expect(arranged(found).map((x) => x.label)).toEqual(['Absolument', 'Absent', 'Mise en absence']); // the section with the best first
  expect(arranged([...found, { ...c('abs ailleurs', 2), score: 9 }])[0]!.label).toBe('abs ailleurs');
  expect(arranged(sifted([c('b', 1), c('a', 0)], '')).map((x) => x.label)).toEqual(['a', 'b']);
  expect(sifted([c('Thème', 5, true)], '')).toEqual([]);
});

test('arrows go round and pass over what is disabled', () => {
  const list = [{ id: 'a', disabled: true }, { id: 'b' }, { id: 'c', disabled: true }, { id: 'd' }];
  expect(moved(list, 1, 'ArrowDown')).toBe(3);
  expect(moved(list, 3, 'ArrowDown')).toBe(1);
  expect(moved(list, 1, 'ArrowUp')).toBe(3);
  expect(moved(list, 1, 'PageDown')).toBe(3);
  expect(moved([{ id: 'a', disabled: true }], 0, 'ArrowDown')).toBe(-1);
});

test('a number is international or none, and the newest word on offers counts', () => {
  expect(phoneOf('+33 (0)6 12 34 56 78')).toBe('+33612345678');
  expect(phoneOf('0033 6 12 34 56 78')).toBe('+33612345678');
  for (const no of ['0612345678', '+0612345678', 'Ana', '+33', '']) expect(phoneOf(no), no).toBeUndefined();
  expect(isNumber('06 12')).toBe(true);
  expect(isNumber('Ana 2')).toBe(false);
  const of = (state: Consent['state'], at: string, medium = 'sms', purpose = 'marketing'): Consent => ({ medium, purpose, state, at });
  expect(consentTo({ consents: [of('given', '1'), of('withdrawn', '2'), of('given', '3', 'whatsapp'), of('given', '4', 'sms', 'transactional')] }, 'sms')?.state).toBe('withdrawn');
  expect(consentTo({}, 'sms')).toBeUndefined();
});

test('mentions: told twice is one, and what is read is counted once', () => {
  const m = (id: string, at: string, read = false): Mention => ({ id, brand: 'lumen', customer: 'ana', name: 'Ana', by: 'x', by_name: 'X', text: '@théo', at, read });
  let s = withMention(useMentions.getInitialState(), m('1', '1'));
  s = withMention(withMention(s, m('2', '2')), m('2', '2'));
  expect([s.items.map((x) => x.id), s.unread]).toEqual([['2', '1'], 2]);
  s = withRead(withRead(s, '1'), '1');
  expect(s.unread).toBe(1);
  expect(withMention(s, m('2', '2', true)).unread).toBe(0);
  expect(withRead(s, '1', false).unread).toBe(2); // the server said no
});

test('a query leaves out what is empty', () => {
  expect(query({ q: 'é&', brand: '', limit: 5, cursor: undefined })).toBe('?q=%C3%A9%26&limit=5');
  expect(query({})).toBe('');
});
