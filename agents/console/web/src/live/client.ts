// The desk's page without its screen: keeps the store up to date over REST and
// socket, and does what the agent asks.

import { createStore, type StoreApi } from 'zustand/vanilla';
import {
  keyOf, partsOf, views, type Act, type ActKind, type Agent, type Conversation, type Frame, type Key, type Me, type Presence,
  type Summary, type View,
} from '../protocol.ts';
import { uuid } from '../uuid.ts';
import { Refusal, type Api, type Canned, type Counts } from './api.ts';
import { come, Outbox, type Pending, type Shelf } from './outbox.ts';
import { loadReads, saveReads, withRead, type Reads } from './read.ts';
import { DeskSocket, type Link, type Wire } from './socket.ts';
import { apply, isIn, nothing, withEntries, withRow, withRows, type Known } from './state.ts';

export interface Listing { loaded: boolean; loading: boolean; failed: boolean; next?: string }
export interface Found { q: string; keys: Key[]; loading: boolean; failed: boolean }
export interface Company { agent: string; name: string; doing: 'viewing' | 'composing'; until: number }

export interface State {
  me: Me;
  known: Known;
  details: Record<Key, Conversation>;
  lists: Record<View, Listing>;
  counts: Counts;
  found: Found | null;
  agents: Record<string, Agent>;
  canned: Canned[];
  pending: Pending[];
  company: Record<Key, Company[]>;
  reads: Reads; // up to where this agent read
  link: Link;
  caught: number;
  open: Key | null;
  trouble: Record<Key, boolean>; // threads that could not be loaded
}

const list = (): Listing => ({ loaded: false, loading: false, failed: false });

export class DeskClient {
  readonly store: StoreApi<State>;
  readonly socket: DeskSocket;
  readonly outbox: Outbox;
  private view: View = 'queue';
  private recount: ReturnType<typeof setTimeout> | undefined;
  private refresh: ReturnType<typeof setTimeout> | undefined;
  private search: AbortController | undefined;
  private started = false;

  constructor(readonly api: Api, me: Me, private readonly shelf: Shelf, open: () => Wire, onOver: () => void) {
    this.store = createStore<State>(() => ({
      me, known: nothing, details: {}, lists: { mine: list(), queue: list(), bot: list(), all: list() },
      counts: { mine: 0, queue: 0, bot: 0, all: 0 }, found: null, agents: { [me.agent.id]: me.agent }, canned: [], pending: [], company: {},
      reads: loadReads(shelf, me.agent.id),
      link: 'connecting', caught: 0, open: null, trouble: {},
    }));
    this.outbox = new Outbox(me.agent.id, shelf, (key, act) => api.act(key, act), (pending, answer) => {
      this.store.setState({ pending });
      if (answer) this.learn(answer);
      this.settle();
    });
    this.store.setState({ pending: this.outbox.items });
    this.socket = new DeskSocket({
      open, tab: uuid(),
      onFrame: (f) => this.hear(f),
      onLink: (link, caught) => {
        this.store.setState({ link, caught });
        if (link === 'over') onOver();
      },
      onReady: () => this.ready(),
      onResync: () => this.reload(),
    });
  }

  start() { this.socket.start(); }

  stop() {
    clearTimeout(this.recount);
    clearTimeout(this.refresh);
    this.outbox.stop();
    this.socket.stop();
  }

  private get state() { return this.store.getState(); }
  get me() { return this.state.me.agent.id; }

  // ---- what comes in

  /** Who else listens: what only one part of the screen wants to know. */
  readonly ears = new Set<(f: Frame) => void>();

  private hear(f: Frame) {
    for (const ear of this.ears) ear(f);
    const s = this.state;
    switch (f.t) {
      case 'agent': {
        const agent: Agent = f.d;
        this.store.setState({ agents: { ...s.agents, [agent.id]: agent }, ...(agent.id === this.me ? { me: { ...s.me, agent } } : {}) });
        return;
      }
      case 'viewing':
      case 'composing':
        this.meet(f.t, f.d);
        return;
      case 'conversation':
        this.tally(f.d);
        break;
      case 'gone':
        this.drop(keyOf(f.d));
        break;
    }
    const known = apply(this.state.known, f);
    if (known === this.state.known) return;
    this.store.setState({ known });
    if (f.t === 'entry') {
      this.settle();
      if (f.d.entry.from !== 'customer' || f.d.entry.kind !== 'message') return;
      this.alone(keyOf(f.d)); // who wrote is no longer composing; agents neither read nor wait on it
    }
    if (f.t === 'conversation' && keyOf(f.d) === s.open) this.freshen();
  }

  private alone(key: Key) {
    const now = Date.now();
    const list = this.state.company[key];
    if (list?.some((c) => c.until < now)) this.store.setState({ company: { ...this.state.company, [key]: list.filter((c) => c.until >= now) } });
  }

  private meet(doing: Company['doing'], d: { brand: string; customer: string; agent: string; name: string; until: string; on?: boolean }) {
    if (d.agent === this.me) return;
    const key = keyOf(d);
    const others = (this.state.company[key] ?? []).filter((c) => !(c.agent === d.agent && c.doing === doing) && c.until > Date.now());
    const until = Date.parse(d.until);
    if (until > Date.now()) others.push({ agent: d.agent, name: d.name, doing, until });
    this.store.setState({ company: { ...this.state.company, [key]: others } });
  }

  /** Counts follow the rows; a row never seen makes us ask. */
  private tally(row: Summary) {
    const old = this.state.known.rows[keyOf(row)];
    if (old && old.version >= row.version) return;
    if (!old) {
      clearTimeout(this.recount);
      this.recount = setTimeout(() => void this.count(), 800);
      return;
    }
    const counts = { ...this.state.counts };
    for (const v of views) counts[v] += Number(isIn(v, row, this.me)) - Number(isIn(v, old, this.me));
    this.store.setState({ counts });
  }

  private drop(key: Key) {
    const old = this.state.known.rows[key];
    if (!old) return;
    const counts = { ...this.state.counts };
    for (const v of views) counts[v] -= Number(isIn(v, old, this.me));
    const { [key]: _, ...details } = this.state.details;
    this.store.setState({ counts, details });
  }

  private async count() {
    const page = await this.api.conversations(this.view, { limit: 1 }).catch(() => null);
    if (page) this.store.setState({ counts: page.counts });
  }

  private ready() {
    this.outbox.flush();
    if (this.started) { // what a frame missed, if it did, the page never did see
      void this.agents();
      return;
    }
    this.started = true;
    this.reload();
    void this.agents();
    this.api.canned().then((c) => this.store.setState({ canned: c.items }), () => {});
  }

  private async agents() {
    const r = await this.api.agents().catch(() => null);
    if (r) this.store.setState({ agents: Object.fromEntries(r.items.map((a) => [a.id, a])) });
  }

  /** Forgets everything but what is on the screen, and loads it anew. */
  private reload() {
    this.store.setState((s) => ({
      lists: { mine: list(), queue: list(), bot: list(), all: list() },
      known: { gone: {}, rows: {}, threads: s.open && s.known.threads[s.open] ? { [s.open]: { ...s.known.threads[s.open]!, complete: false } } : {} },
      details: s.open && s.details[s.open] ? { [s.open]: s.details[s.open]! } : {},
    }));
    void this.show(this.view);
    if (!this.state.lists.queue.loading) void this.page('queue'); // what is offered to us is in it
    if (this.state.open) void this.load(this.state.open);
  }

  private learn(c: Conversation) {
    const key = keyOf(c);
    const old = this.state.details[key];
    if (old && old.version > c.version || this.state.known.gone[key]) return;
    this.tally(c);
    this.store.setState((s) => ({ details: { ...s.details, [key]: c }, known: withRow(s.known, rowOf(c)) }));
  }

  private settle() {
    const { known } = this.state;
    const items = this.outbox.items;
    for (const key of new Set(items.map((p) => p.key))) {
      const entries = known.threads[key]?.entries;
      if (entries) this.outbox.settle(come(items.filter((p) => p.key === key), entries, this.me));
    }
  }

  private freshen() {
    clearTimeout(this.refresh);
    this.refresh = setTimeout(() => {
      const key = this.state.open;
      if (key) this.api.conversation(key).then((r) => this.learn(r.conversation), () => {});
    }, 250);
  }

  // ---- what the screen asks

  /** Shows a view, loading its first page once. */
  async show(view: View) {
    this.view = view;
    const l = this.state.lists[view];
    if (l.loaded || l.loading || !this.started) return;
    await this.page(view);
  }

  /** Loads the next page of a view, if there is one. */
  async more(view: View) {
    const l = this.state.lists[view];
    if (!l.loading && l.loaded && l.next) await this.page(view, l.next);
  }

  retryList(view: View) { return this.page(view); }

  private async page(view: View, cursor?: string) {
    const put = (l: Partial<Listing>) => this.store.setState((s) => ({ lists: { ...s.lists, [view]: { ...s.lists[view], ...l } } }));
    put({ loading: true, failed: false });
    try {
      const p = await this.api.conversations(view, { cursor });
      this.store.setState((s) => ({ known: withRows(s.known, p.items), counts: p.counts }));
      put({ loading: false, loaded: true, next: p.next || undefined });
    } catch {
      put({ loading: false, failed: true });
    }
  }

  async find(q: string) {
    this.search?.abort();
    if (!q.trim()) {
      this.store.setState({ found: null });
      return;
    }
    const ctl = this.search = new AbortController();
    this.store.setState((s) => ({ found: { q, keys: s.found?.keys ?? [], loading: true, failed: false } }));
    try {
      const p = await this.api.conversations('all', { q, signal: ctl.signal });
      this.store.setState((s) => ({ known: withRows(s.known, p.items), found: { q, keys: p.items.map(keyOf), loading: false, failed: false } }));
    } catch {
      if (!ctl.signal.aborted) this.store.setState({ found: { q, keys: [], loading: false, failed: true } });
    }
  }

  /** Opens a conversation, or none. */
  open(key: Key | null) {
    const old = this.state.open;
    if (old === key) return;
    if (old) this.socket.say('viewing', { ...partsOf(old), on: false });
    this.store.setState({ open: key });
    if (key) {
      this.look();
      void this.load(key);
    }
  }

  /** Tells colleagues who is looking; called again before the lease of 20 s ends. */
  look() {
    const key = this.state.open;
    if (key) this.socket.say('viewing', { ...partsOf(key), on: true });
  }

  /** The agent saw everything up to a moment. */
  read(key: Key, at: string) {
    const reads = withRead(this.state.reads, key, at);
    if (reads === this.state.reads) return;
    this.store.setState({ reads });
    saveReads(this.shelf, this.me, reads);
  }

  composing(key: Key, on: boolean) { this.socket.say('composing', { ...partsOf(key), on }); }

  async load(key: Key) {
    this.store.setState((s) => ({ trouble: { ...s.trouble, [key]: false } }));
    const had = this.state.known.threads[key];
    try {
      const [c, t] = await Promise.all([
        this.api.conversation(key),
        had?.complete ? null : this.api.thread(key),
      ]);
      this.learn(c.conversation);
      if (!t) return;
      this.store.setState((s) => {
        // After a resync there may be a hole between what was shown and this
        // page: only what is newer than the page is kept.
        const last = t.items.at(-1)?.version ?? 0;
        const kept = (s.known.threads[key]?.entries ?? []).filter((e) => e.version >= last);
        const threads = { ...s.known.threads, [key]: { entries: [], complete: false } };
        const known = withEntries({ ...s.known, threads }, key, t.items, { next: t.next || undefined });
        return { known: withEntries(known, key, kept) };
      });
      this.settle();
    } catch {
      this.store.setState((s) => ({ trouble: { ...s.trouble, [key]: true } }));
    }
  }

  private readonly paging = new Set<Key>();

  /** Loads older entries. */
  async older(key: Key) {
    const before = this.state.known.threads[key]?.next;
    if (!before || this.paging.has(key)) return;
    this.paging.add(key);
    try {
      const t = await this.api.thread(key, before);
      this.store.setState((s) => ({ known: withEntries(s.known, key, t.items, { next: t.next || undefined }) }));
    } catch { /* asked again by the next scroll */ } finally {
      this.paging.delete(key);
    }
  }

  /** The version that the agent looks at: of the newest thing in the thread. */
  looked(key: Key): number {
    return Math.max(1, ...(this.state.known.threads[key]?.entries.slice(-50).map((e) => e.version) ?? []));
  }

  write(key: Key, kind: 'write' | 'note', text: string, more: Pick<Act, 'after' | 'mentions'> = {}) {
    this.outbox.add(key, { id: uuid(), kind, text, seen: this.looked(key), ...more }, new Date().toISOString());
  }

  /** Says a template; what it reads as stands in the thread until it is there. */
  say(key: Key, template: string, variables: Record<string, string>, shown: string) {
    this.outbox.add(key, { id: uuid(), kind: 'write', template, variables, seen: this.looked(key) }, new Date().toISOString(), shown);
  }

  /** Sends a refused message all the same, having looked at what was said. */
  anyway(p: Pending) {
    this.outbox.retry(p.act.id, { anyway: true, seen: Math.max(this.looked(p.key), ...(p.missed ?? []).map((e) => e.version)) });
  }

  /** Does something other than writing; a refusal is thrown. */
  async act(key: Key, kind: Exclude<ActKind, 'write' | 'note'>, more: Partial<Act> = {}): Promise<Conversation> {
    const act: Act = { id: uuid(), kind, seen: this.looked(key), ...more };
    for (let tries = 0; ; tries++) {
      try {
        const r = await this.api.act(key, act);
        this.learn(r.conversation);
        return r.conversation;
      } catch (err) {
        if (err instanceof Refusal && !err.passing || tries === 2) throw err;
        await new Promise((done) => setTimeout(done, 400 * 2 ** tries)); // the same id: done once
      }
    }
  }

  async setPresence(presence: Presence) {
    const before = this.state.me;
    this.store.setState({ me: { ...before, agent: { ...before.agent, presence } } });
    await this.api.presence(presence).catch(() => this.store.setState({ me: before }));
  }

  // ---- drafts: here at once, on the server a moment later

  private readonly drafts = new Map<Key, ReturnType<typeof setTimeout>>();

  draft(key: Key): string {
    return this.shelf.getItem(this.draftName(key)) ?? this.state.details[key]?.draft ?? '';
  }

  saveDraft(key: Key, text: string) {
    this.shelf.setItem(this.draftName(key), text);
    clearTimeout(this.drafts.get(key));
    this.drafts.set(key, setTimeout(() => {
      this.api.draft(key, text).then(() => {
        this.store.setState((s) => s.details[key] ? { details: { ...s.details, [key]: { ...s.details[key]!, draft: text } } } : {});
        if (this.shelf.getItem(this.draftName(key)) === text) this.shelf.removeItem(this.draftName(key));
      }, () => {});
    }, 900));
  }

  private draftName(key: Key) { return `causette.draft.${this.me}.${key}`; }
}

function rowOf({ desk: _d, profile: _p, questions: _q, draft: _t, can_write: _c, why_not: _w, channel: _h, prompts: _o, ...row }: Conversation): Summary {
  return row;
}
