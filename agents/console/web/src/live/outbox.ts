// What an agent wrote and the server has not said yes to. It outlives a broken
// network and a reload; the id makes that asking twice says it once.

import type { Act, Conversation, Entry, Key } from '../protocol.ts';
import { uuid } from '../uuid.ts';
import { Refusal } from './api.ts';

export interface Pending {
  key: Key;
  act: Act & { kind: 'write' | 'note' };
  at: string;
  shown?: string; // what a template says
  state: 'queued' | 'posting' | 'accepted' | 'refused';
  code?: string; // why it was refused
  missed?: Entry[]; // what was said meanwhile, when that is why
  owner?: string;
}

export interface Shelf { // the part of localStorage that is used
  length: number;
  key(i: number): string | null;
  getItem(k: string): string | null;
  setItem(k: string, v: string): void;
  removeItem(k: string): void;
}

export class Outbox {
  items: Pending[] = [];
  private readonly busy = new Set<Key>();
  private tries = 0;
  private again: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;

  constructor(
    private readonly agent: string,
    private readonly shelf: Shelf,
    private readonly post: (key: Key, act: Act) => Promise<{ version: number; conversation: Conversation }>,
    private readonly changed: (items: Pending[], answer?: Conversation) => void,
  ) {
    for (let i = 0; i < shelf.length; i++) {
      const name = shelf.key(i);
      if (!name?.startsWith(this.prefix)) continue;
      try {
        const p: Pending = JSON.parse(shelf.getItem(name)!);
        this.items.push({ ...p, state: p.state === 'refused' ? 'refused' : 'queued' });
      } catch { /* written by another version: left where it is */ }
    }
    this.items.sort((a, b) => (a.act.id < b.act.id ? -1 : 1));
  }

  add(key: Key, act: Pending['act'], at: string, shown?: string) {
    const p: Pending = { key, act, at, state: 'queued', ...(shown && { shown }) };
    this.keep(p);
    this.set([...this.items, p]);
    this.flush();
  }

  /** Asks again for what was refused: as another act, for an id stands for one answer. */
  retry(id: string, change: Pick<Act, 'anyway' | 'seen'> = {}) {
    const old = this.items.find((x) => x.act.id === id);
    if (old?.state !== 'refused') return;
    const p: Pending = { key: old.key, at: old.at, ...(old.shown && { shown: old.shown }), state: 'queued', act: { ...old.act, ...change, id: uuid() } };
    this.keep(p);
    this.shelf.removeItem(this.prefix + id);
    this.set(this.items.map((x) => (x === old ? p : x)));
    this.flush();
  }

  /** Takes back what was not said; its text goes back to the composer. */
  discard(id: string): Pending | undefined {
    const p = this.items.find((x) => x.act.id === id);
    if (!p || p.state === 'posting' || p.state === 'accepted') return undefined;
    this.shelf.removeItem(this.prefix + id);
    this.set(this.items.filter((x) => x !== p));
    return p;
  }

  /** Posts everything that waits, in order, one at a time for each conversation. */
  flush() {
    clearTimeout(this.again);
    if (this.stopped) return;
    for (const key of new Set(this.items.map((p) => p.key))) void this.run(key);
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.again);
  }

  /** Drops bubbles that were accepted and whose entries have come. */
  settle(come: Set<string>) {
    const left = this.items.filter((p) => !(p.state === 'accepted' && come.has(p.act.id)));
    if (left.length !== this.items.length) this.set(left);
  }

  private async run(key: Key) {
    if (this.busy.has(key)) return;
    this.busy.add(key);
    try {
      for (;;) {
        const p = this.items.find((x) => x.key === key && x.state === 'queued');
        if (!p || this.stopped) return;
        if (!await this.one(p)) return;
      }
    } finally {
      this.busy.delete(key);
    }
  }

  private async one(p: Pending): Promise<boolean> {
    const id = p.act.id;
    this.update(id, (x) => ({ ...x, state: 'posting' }));
    try {
      const r = await this.post(p.key, p.act);
      this.tries = 0;
      this.shelf.removeItem(this.prefix + id);
      this.set(this.items.map((x) => (x.act.id === id ? { ...x, state: 'accepted' } : x)), r.conversation);
      return true;
    } catch (err) {
      if (err instanceof Refusal && !err.passing && err.status !== 401) {
        const no: Pending = { ...p, state: 'refused', code: err.code, missed: err.problem.missed ?? undefined, owner: err.problem.owner };
        this.keep(no);
        this.update(id, () => no);
        return true;
      }
      this.update(id, (x) => ({ ...x, state: 'queued' }));
      clearTimeout(this.again);
      this.again = setTimeout(() => this.flush(), Math.min(15_000, 1000 * 2 ** this.tries++));
      return false;
    }
  }

  private keep(p: Pending) { this.shelf.setItem(this.prefix + p.act.id, JSON.stringify(p)); }

  private update(id: string, f: (p: Pending) => Pending) {
    this.set(this.items.map((p) => (p.act.id === id ? f(p) : p)));
  }

  private set(items: Pending[], answer?: Conversation) {
    this.items = items;
    this.changed(items, answer);
  }

  private get prefix() { return `causette.outbox.${this.agent}.`; }
}

/** Which of what is pending the thread shows already: an entry names its act. */
export function come(pending: Pending[], entries: Entry[], me: string): Set<string> {
  const ids = new Set(pending.filter((p) => p.state === 'posting' || p.state === 'accepted').map((p) => p.act.id));
  return new Set(entries.flatMap((e) => (e.act && e.agent === me && e.kind !== 'event' && ids.has(e.act) ? e.act : [])));
}
