// Up to where an agent has read each conversation, in this browser: the thread
// draws its line there, and a row with something newer is bold.

import type { Entry, Key, Summary } from '../protocol.ts';
import type { Shelf } from './outbox.ts';

const most = 500; // conversations that are remembered

export type Reads = Record<Key, string>; // the time of the newest message that was read

const name = (agent: string) => `causette.read.${agent}`;

export function loadReads(shelf: Shelf, agent: string): Reads {
  try {
    const kept = JSON.parse(shelf.getItem(name(agent)) ?? '{}');
    return kept && typeof kept === 'object' && !Array.isArray(kept) ? kept : {};
  } catch {
    return {};
  }
}

/** The reads with one more; the same object where it is not news. */
export function withRead(reads: Reads, key: Key, at: string): Reads {
  if ((reads[key] ?? '') >= at) return reads;
  const next = { ...reads, [key]: at };
  const all = Object.entries(next) as [Key, string][];
  if (all.length <= most) return next;
  return Object.fromEntries(all.sort((a, b) => (a[1] < b[1] ? 1 : -1)).slice(0, most));
}

export function saveReads(shelf: Shelf, agent: string, reads: Reads) {
  shelf.setItem(name(agent), JSON.stringify(reads));
}

/** Whether the customer said something that this agent, who is concerned, has not read. */
export function isUnread(row: Summary, reads: Reads, me: string): boolean {
  const concerned = row.status === 'queued' || row.owner === me && (row.status === 'assigned' || row.status === 'snoozed');
  return concerned && row.from === 'customer' && row.at > (reads[`${row.brand}/${row.customer}`] ?? '');
}

const heard = (e: Entry) => e.kind === 'message' && e.from === 'customer';

/** The first entry that was not read: where the line stands. */
export function firstUnread(entries: Entry[], read: string | undefined): string | undefined {
  if (!read) return undefined; // never looked at: all of it is new
  return entries.find((e) => heard(e) && e.at > read)?.id;
}

/** The newest thing said. */
export const newest = (entries: Entry[]): string | undefined => entries.findLast((e) => e.kind !== 'event')?.at;
