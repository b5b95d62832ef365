// What is worth a sound and a word from the system: what waits for this agent
// and for nobody else. Pure: frames in, alerts out.

import { isWith } from './state.ts';
import { keyOf, type Entry, type Frame, type Key, type Mention, type Summary } from '../protocol.ts';

export type Alert = { what: 'offer' | 'text' | 'mention' | 'due'; key: Key; tag: string; name?: string; text?: string };

type Rows = Record<Key, Summary>;

/** What a frame tells the agent; `rows` as they stood before it. */
export function alertOf(f: Frame, rows: Rows, me: string): Alert | undefined {
  if (f.t === 'conversation') {
    const row: Summary = f.d, key = keyOf(row), old = rows[key];
    if (old && old.version >= row.version || row.offered !== me || old?.offered === me && old.hold === row.hold) return undefined;
    return { what: 'offer', key, tag: `offer ${key}`, name: row.name, text: row.preview };
  }
  if (f.t === 'entry') {
    const e: Entry = f.d.entry, key = keyOf(f.d), row = rows[key];
    if (e.kind !== 'message' || e.from !== 'customer' || !isWith(row, me)) return undefined;
    return { what: 'text', key, tag: `text ${e.id}`, name: row!.name, text: e.text };
  }
  if (f.t === 'mention') {
    const m: Mention = f.d;
    return { what: 'mention', key: keyOf(m), tag: `mention ${m.id}`, name: m.by_name, text: m.text };
  }
  return undefined;
}

/** Answers of this agent's that are nearly late: a fifth of their time is left. */
export function nearlyLate(rows: Rows, me: string, now: number): Alert[] {
  return Object.values(rows).flatMap((row) => {
    if (!isWith(row, me) || row.status !== 'assigned' || !row.due || !row.waits) return [];
    const due = Date.parse(row.due), since = Date.parse(row.waits);
    if (now >= due || now < since + 0.8 * (due - since)) return [];
    return [{ what: 'due' as const, key: keyOf(row), tag: `due ${keyOf(row)} ${row.due}`, name: row.name, text: row.preview }];
  });
}

/** Each thing is told once, whatever comes twice; the oldest are forgotten. */
export class Once {
  private readonly told = new Set<string>();
  news(tag: string): boolean {
    if (this.told.has(tag)) return false;
    this.told.add(tag);
    if (this.told.size > 500) this.told.delete(this.told.values().next().value!);
    return true;
  }
}

/** How much waits for this agent: offers, and customers of theirs who wait for an answer. */
export function waitingFor(rows: Rows, me: string, now: number): number {
  return Object.values(rows).filter((r) =>
    r.offered === me && r.status === 'queued' && (!r.hold || Date.parse(r.hold) > now) || isWith(r, me) && r.status === 'assigned' && !!r.waits).length;
}
