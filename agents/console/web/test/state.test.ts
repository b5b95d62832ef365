// Frames may come twice, late, in any order and after breaks: what the page
// knows in the end equals a fresh snapshot.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apply, inOrder, isIn, nothing, offersFor, withEntries, withRows, type Known } from '../src/live/state.ts';
import { isLater, keyOf, type Entry, type Frame, type Summary } from '../src/protocol.ts';

const id = (n: number) => `0${String(n).padStart(6, '0')}`;
export const row = (customer: string, version: number, more: Partial<Summary> = {}): Summary => ({
  brand: 'lumen', customer, name: customer, phone: '', medium: 'sms', language: 'fr', state: 'idle', owner_kind: 'assistant',
  preview: `v${version}`, from: 'customer', at: id(version), version, ...more,
});
export const entry = (n: number, more: Partial<Entry> = {}): Entry => ({ id: id(n), kind: 'message', from: 'agent', at: id(n), version: n, status: 'queued', ...more });

// A log: each thing that happens is a turn of one customer, or a later status.
type Happening = { customer: string; status?: string };
const happenings = fc.array(fc.record({
  customer: fc.constantFrom('ana', 'bea', 'cyd'),
  status: fc.option(fc.constantFrom('posting', 'accepted', 'sent', 'delivered', 'read', 'failed', 'undelivered'), { nil: undefined }),
}), { maxLength: 60 });

/** The log's frames, and what a snapshot taken after them holds. */
function world(list: Happening[]): { frames: Frame[]; snapshot: Known } {
  const frames: Frame[] = [];
  const rows = new Map<string, Summary>();
  const threads = new Map<string, Entry[]>();
  list.forEach(({ customer, status }, i) => {
    const seq = i + 1;
    const thread = threads.get(customer) ?? [];
    threads.set(customer, thread);
    const last = thread.at(-1);
    if (status && last) {
      if (isLater(status, last.status)) thread[thread.length - 1] = { ...last, status };
      frames.push({ t: 'entry', seq, d: { brand: 'lumen', customer, entry: thread.at(-1)! } });
      return;
    }
    thread.push(entry(seq));
    rows.set(customer, row(customer, seq));
    frames.push({ t: 'entry', seq, d: { brand: 'lumen', customer, entry: entry(seq) } });
    frames.push({ t: 'conversation', seq, d: row(customer, seq) });
  });
  let snapshot = withRows(nothing, [...rows.values()]);
  for (const [customer, entries] of threads) snapshot = withEntries(snapshot, keyOf({ brand: 'lumen', customer }), entries);
  return { frames, snapshot };
}

test('frames repeated and out of order end as the snapshot', () => {
  fc.assert(fc.property(happenings, fc.infiniteStream(fc.nat()), (list, dice) => {
    const { frames, snapshot } = world(list);
    const again = [...frames, ...frames.filter(() => dice.next().value! % 2)];
    const shuffled = again.map((f) => [dice.next().value!, f] as const).sort((a, b) => a[0] - b[0]).map(([, f]) => f);
    expect(shuffled.reduce(apply, nothing)).toEqual(snapshot);
  }));
});

test('a snapshot that comes in the middle of its own frames changes nothing later', () => {
  fc.assert(fc.property(happenings, fc.nat(), fc.nat(), (list, a, b) => {
    const { frames, snapshot } = world(list);
    const early = world(list.slice(0, a % (list.length + 1))).snapshot;
    let known = frames.slice(0, b % (frames.length + 1)).reduce(apply, nothing);
    known = withRows(known, Object.values(early.rows));
    for (const [key, t] of Object.entries(early.threads)) known = withEntries(known, key as keyof Known['threads'], t.entries);
    expect(frames.reduce(apply, known)).toEqual(snapshot);
  }));
});

test('what changes nothing gives the same object back', () => {
  const known = apply(nothing, { t: 'conversation', d: row('ana', 3) });
  expect(apply(known, { t: 'conversation', d: row('ana', 3) })).toBe(known);
  expect(apply(known, { t: 'conversation', d: row('ana', 2) })).toBe(known);
  const more = apply(known, { t: 'entry', d: { brand: 'lumen', customer: 'ana', entry: entry(1, { status: 'delivered' }) } });
  expect(apply(more, { t: 'entry', d: { brand: 'lumen', customer: 'ana', entry: entry(1, { status: 'sent' }) } })).toBe(more);
});

test('a status that is final stays, but delivered may be read', () => {
  expect(isLater('read', 'delivered')).toBe(true);
  expect(isLater('read', 'failed')).toBe(false);
  expect(isLater('delivered', 'failed')).toBe(false);
  expect(isLater('sent', 'delivered')).toBe(false);
});

test('views and their order', () => {
  const queued = row('q', 1, { status: 'queued', owner_kind: 'queue', waits: '2' });
  const snoozed = row('s', 1, { status: 'snoozed', owner_kind: 'agent', owner: 'theo' });
  const done = row('d', 1, { status: 'resolved', owner: 'theo' });
  expect([queued, snoozed, done].map((r) => isIn('mine', r, 'theo'))).toEqual([false, true, false]);
  expect([queued, snoozed, done].map((r) => isIn('bot', r, 'theo'))).toEqual([false, false, true]);
  const urgent = { ...queued, customer: 'u', priority: 'urgent' as const, waits: '9' };
  const vip = { ...queued, customer: 'v', vip: true, waits: '8' };
  const old = { ...queued, customer: 'o', waits: '1' };
  expect([queued, vip, old, urgent].sort((a, b) => inOrder('queue', a, b)).map((r) => r.customer)).toEqual(['u', 'v', 'o', 'q']);
});

test('what was deleted is gone, whatever still comes of it', () => {
  const known = withEntries(withRows(nothing, [row('ana', 3), row('bea', 1)]), 'lumen/ana', [entry(1)]);
  const gone = apply(known, { t: 'gone', d: { brand: 'lumen', customer: 'ana' } });
  expect(Object.keys(gone.rows)).toEqual(['lumen/bea']);
  expect(gone.threads).toEqual({});
  expect(apply(gone, { t: 'gone', d: { brand: 'lumen', customer: 'ana' } })).toBe(gone);
  expect(apply(gone, { t: 'conversation', d: row('ana', 4) })).toBe(gone);
  expect(apply(gone, { t: 'entry', d: { brand: 'lumen', customer: 'ana', entry: entry(2) } })).toBe(gone);
});

test('offers are who is asked for, while it is held, the shortest first', () => {
  const at = Date.parse('2026-03-02T09:00:00Z');
  const held = (name: string, s: number, more: Partial<Summary> = {}) =>
    row(name, 1, { status: 'queued', owner_kind: 'queue', offered: 'theo', hold: new Date(at + s * 1000).toISOString(), ...more });
  const { rows } = withRows(nothing, [held('b', 40), held('a', 20), held('late', -1), held('lea', 30, { offered: 'lea' }), held('had', 30, { status: 'assigned' })]);
  expect(offersFor(rows, 'theo', at).map((r) => r.customer)).toEqual(['a', 'b']);
});
