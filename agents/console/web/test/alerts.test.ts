import { expect, test } from 'vitest';
import { alertOf, nearlyLate, Once, waitingFor } from '../src/live/alerts.ts';
import { firstUnread, isUnread, newest, withRead, type Reads } from '../src/live/read.ts';
import type { Entry, Key, Summary } from '../src/protocol.ts';

const row = (more: Partial<Summary> = {}): Summary => ({
  brand: 'lumen', customer: 'ana', name: 'Ana', phone: '', medium: 'sms', language: 'fr', state: 'with_agent', owner_kind: 'agent', owner: 'theo',
  status: 'assigned', preview: 'oui', from: 'customer', at: '2026-03-02T09:00:00Z', version: 5, ...more,
});
const key: Key = 'lumen/ana';
const entry = (more: Partial<Entry> = {}): Entry => ({ id: '1', kind: 'message', from: 'customer', text: 'oui', at: '2026-03-02T09:00:00Z', version: 5, ...more });
const said = (e: Entry) => ({ t: 'entry', d: { brand: 'lumen', customer: 'ana', entry: e } });

test('a text rings for who has the conversation, and nobody else', () => {
  expect(alertOf(said(entry()), { [key]: row() }, 'theo')).toMatchObject({ what: 'text', name: 'Ana', text: 'oui' });
  expect(alertOf(said(entry()), { [key]: row() }, 'lea')).toBeUndefined();
  expect(alertOf(said(entry()), {}, 'theo')).toBeUndefined();
  expect(alertOf(said(entry({ from: 'agent' })), { [key]: row() }, 'theo')).toBeUndefined();
  expect(alertOf(said(entry({ kind: 'event' })), { [key]: row() }, 'theo')).toBeUndefined();
});

test('an offer rings once, and again when it is made anew', () => {
  const offered = row({ status: 'queued', owner_kind: 'queue', owner: '', offered: 'theo', hold: '2026-03-02T09:01:00Z', version: 6 });
  const f = { t: 'conversation', d: offered };
  expect(alertOf(f, { [key]: row() }, 'theo')?.what).toBe('offer');
  expect(alertOf(f, {}, 'theo')?.what).toBe('offer');
  expect(alertOf(f, {}, 'lea')).toBeUndefined();
  expect(alertOf(f, { [key]: offered }, 'theo')).toBeUndefined();
  expect(alertOf({ t: 'conversation', d: { ...offered, version: 7 } }, { [key]: offered }, 'theo')).toBeUndefined();
  expect(alertOf({ t: 'conversation', d: { ...offered, version: 9, hold: '2026-03-02T09:09:00Z' } }, { [key]: offered }, 'theo')?.what).toBe('offer');
});

test('an answer is nearly late when a fifth of its time is left', () => {
  const r = row({ waits: '2026-03-02T09:00:00Z', due: '2026-03-02T09:10:00Z' });
  const at = (m: number) => nearlyLate({ [key]: r }, 'theo', Date.parse('2026-03-02T09:00:00Z') + m * 60_000).length;
  expect([7, 8, 9.9, 10].map(at)).toEqual([0, 1, 1, 0]);
  expect(nearlyLate({ [key]: { ...r, status: 'snoozed' } }, 'theo', Date.parse('2026-03-02T09:09:00Z'))).toEqual([]);
  const once = new Once();
  expect([once.news('a'), once.news('a'), once.news('b')]).toEqual([true, false, true]);
});

test('what waits for this agent is counted: offers, and customers without an answer', () => {
  const rows = { [key]: row({ waits: '2026-03-02T09:00:00Z' }), 'lumen/b': row({ customer: 'b' }), 'lumen/c': row({ customer: 'c', status: 'queued', owner: '', offered: 'theo', hold: '2026-03-02T09:01:00Z' }) } as Record<Key, Summary>;
  expect(waitingFor(rows, 'theo', Date.parse('2026-03-02T09:00:30Z'))).toBe(2);
  expect(waitingFor(rows, 'theo', Date.parse('2026-03-02T09:01:30Z'))).toBe(1);
  expect(waitingFor(rows, 'lea', 0)).toBe(0);
});

test('the line stands above the first thing of the customer’s that was not read', () => {
  const entries = [entry({ id: '1', at: '1' }), entry({ id: '2', at: '2', from: 'agent' }), entry({ id: '3', at: '3', kind: 'event' }), entry({ id: '4', at: '4' })];
  expect([firstUnread(entries, '1'), firstUnread(entries, '0'), firstUnread(entries, '4'), firstUnread(entries, undefined)]).toEqual(['4', '1', undefined, undefined]);
  expect(newest(entries)).toBe('4');
});

test('a row is bold until it is read, for who is concerned', () => {
  expect(isUnread(row(), {}, 'theo')).toBe(true);
  expect(isUnread(row(), { [key]: row().at }, 'theo')).toBe(false);
  expect(isUnread(row(), {}, 'lea')).toBe(false);
  expect(isUnread(row({ from: 'agent' }), {}, 'theo')).toBe(false);
  let reads: Reads = {};
  for (let i = 0; i < 600; i++) reads = withRead(reads, `lumen/${i}`, String(1000 + i));
  expect(Object.keys(reads)).toHaveLength(500);
  expect(reads['lumen/99']).toBeUndefined();
  expect(withRead(reads, 'lumen/599', '1000')).toBe(reads);
});
