// What the page knows of conversations, and how a frame or a snapshot changes
// it. Everything here is pure and idempotent: frames may come twice, late and
// in any order, and the end is the same as a fresh snapshot.

import { isLater, keyOf, type Entry, type Frame, type Key, type Priority, type Summary, type View } from '../protocol.ts';

export interface Thread {
  entries: Entry[]; // oldest first
  next?: string; // older ones can be asked for with this
  complete: boolean; // loaded at least once since the last resync
}

export interface Known {
  rows: Record<Key, Summary>;
  threads: Record<Key, Thread>;
  gone: Record<Key, true>; // deleted: what still comes of them is late
}

export const nothing: Known = { rows: {}, threads: {}, gone: {} };

/** Applies one durable frame; the same object back means that it changed nothing. */
export function apply(known: Known, f: Frame): Known {
  switch (f.t) {
    case 'conversation': return withRow(known, f.d);
    case 'entry': return withEntries(known, keyOf(f.d), [f.d.entry]);
    case 'gone': return without(known, keyOf(f.d));
  }
  return known;
}

/** A conversation that was deleted: nothing of it is kept on the page. */
export function without(known: Known, key: Key): Known {
  if (known.gone[key]) return known;
  const { [key]: _r, ...rows } = known.rows;
  const { [key]: _t, ...threads } = known.threads;
  return { rows, threads, gone: { ...known.gone, [key]: true } };
}

export function withRow(known: Known, row: Summary): Known {
  return withRows(known, [row]);
}

export function withRows(known: Known, rows: Summary[]): Known {
  const news: Record<Key, Summary> = {};
  for (const row of rows) {
    const key = keyOf(row), old = news[key] ?? known.rows[key];
    if (!known.gone[key] && !(old && old.version >= row.version)) news[key] = row;
  }
  return Object.keys(news).length ? { ...known, rows: { ...known.rows, ...news } } : known;
}

/** Merges entries into a thread, by id; a status only moves forwards. */
export function withEntries(known: Known, key: Key, entries: Entry[], page?: { next?: string }): Known {
  if (known.gone[key]) return known;
  const thread = known.threads[key];
  const merged = merge(thread?.entries ?? [], entries);
  if (thread && merged === thread.entries && !page) return known;
  const next: Thread = {
    entries: merged,
    next: page ? page.next : thread?.next,
    complete: page ? true : (thread?.complete ?? false),
  };
  return { ...known, threads: { ...known.threads, [key]: next } };
}

function merge(old: Entry[], entries: Entry[]): Entry[] {
  const at = new Map(old.map((e, i) => [e.id, i]));
  let list = old;
  let unsorted = false;
  for (const e of entries) {
    const i = at.get(e.id);
    if (i === undefined) {
      if (list === old) list = [...old];
      unsorted ||= list.length > 0 && order(list[list.length - 1]!, e) > 0;
      at.set(e.id, list.length);
      list.push(e);
    } else if (isLater(e.status, list[i]!.status)) {
      if (list === old) list = [...old];
      list[i] = { ...list[i]!, status: e.status, code: e.code, rule: e.rule ?? list[i]!.rule };
    }
  }
  return unsorted ? list.sort(order) : list;
}

// Ids are minted in the order of what they name; the server pages by them too.
const order = (a: Entry, b: Entry) => compare(a.id, b.id);
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Whether a conversation belongs to a view. */
export function isIn(view: View, row: Summary, me: string): boolean {
  switch (view) {
    case 'mine': return isWith(row, me);
    case 'queue': return row.status === 'queued';
    case 'bot': return !row.status || row.status === 'resolved';
    case 'all': return true;
  }
}

/** Whether this agent has the conversation. */
export const isWith = (row: Summary | undefined, me: string) => row?.owner === me && (row.status === 'assigned' || row.status === 'snoozed');

/** What is held for this agent and still theirs to take, the shortest hold first. */
export function offersFor(rows: Record<Key, Summary>, me: string, now: number): Summary[] {
  return Object.values(rows)
    .filter((r) => r.offered === me && r.status === 'queued' && (!r.hold || Date.parse(r.hold) > now))
    .sort((a, b) => compare(a.hold || '~', b.hold || '~') || compare(keyOf(a), keyOf(b)));
}

const urgency: Record<Priority, number> = { urgent: 0, high: 1, normal: 2 };

/** The order of a view: the queue as it is to be served, the rest newest first. */
export function inOrder(view: View, a: Summary, b: Summary): number {
  if (view === 'queue') {
    const by = urgency[a.priority || 'normal'] - urgency[b.priority || 'normal'] || Number(!!b.vip) - Number(!!a.vip)
      || compare(a.due || '~', b.due || '~') || compare(a.waits || a.at, b.waits || b.at);
    if (by) return by;
  }
  return compare(b.at, a.at) || compare(keyOf(a), keyOf(b));
}
