// The REST half of the protocol.

import { documents } from './events.ts';
import type { Act, Agent, Conversation, Entry, Key, Language, Me, Presence, Summary, View } from '../protocol.ts';

export type Seq = number | Record<string, number>;
export type Counts = Record<View, number>;
export interface Page { as_of_seq: Seq; counts: Counts; items: Summary[]; next?: string }
export interface ThreadPage { as_of_seq: Seq; items: Entry[]; next?: string }
export interface Canned { id: string; title: string; text: Partial<Record<Language, string>> }

/** A request that the server refused; code is the problem's, stable. */
export class Refusal extends Error {
  constructor(readonly status: number, readonly code: string, readonly problem: { detail?: string; owner?: string; next?: string; missed?: Entry[]; version?: number }) {
    super(problem.detail ?? code);
  }
  /** Worth asking again with the same id: the server was not able to decide. */
  get passing() { return this.status >= 500 || this.status === 429 || this.status === 408; }
}

export class Api {
  csrf = '';
  onOver: () => void = () => {};

  constructor(private readonly root = '/v1/desk/', private readonly fetcher: typeof fetch = (...a) => fetch(...a)) {}

  async ask<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    const r = await this.request(method, path, body, signal ?? AbortSignal.timeout(15_000));
    return (r.status === 204 ? undefined : await r.json()) as T;
  }

  /** A document to keep; a large one takes its time. */
  async file(path: string): Promise<Blob> {
    return (await this.request('GET', path, undefined, AbortSignal.timeout(120_000))).blob();
  }

  /** What goes on until it is done: each step as it comes. To abort it is to leave. */
  async *steps<T>(path: string, signal: AbortSignal): AsyncGenerator<T> {
    const r = await this.request('POST', path, undefined, signal);
    if (r.body) yield* documents<T>(r.body);
  }

  private async request(method: string, path: string, body: unknown, signal: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = { Accept: 'application/json' };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    if (method !== 'GET') headers['X-Causette-CSRF'] = this.csrf;
    const r = await this.fetcher(this.root + path, {
      method, headers, credentials: 'same-origin', body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
    if (r.ok) return r;
    const problem = await r.json().catch(() => ({}));
    if (r.status === 401 && path !== 'session') this.onOver();
    throw new Refusal(r.status, problem.code ?? `http_${r.status}`, problem);
  }

  async login(email: string, password: string) { return this.keep(await this.ask<Me>('POST', 'session', { email, password })); }
  async me() { return this.keep(await this.ask<Me>('GET', 'me')); }
  logout() { return this.ask<void>('DELETE', 'session'); }
  presence(presence: Presence) { return this.ask<void>('PUT', 'presence', { presence }); }
  agents() { return this.ask<{ items: Agent[] }>('GET', 'agents'); }
  canned() { return this.ask<{ items: Canned[] }>('GET', 'canned'); }

  conversations(view: View, o: { q?: string; cursor?: string; limit?: number; signal?: AbortSignal } = {}) {
    const p = new URLSearchParams({ view, limit: String(o.limit ?? 100) });
    if (o.q) p.set('q', o.q);
    if (o.cursor) p.set('cursor', o.cursor);
    return this.ask<Page>('GET', `conversations?${p}`, undefined, o.signal);
  }
  conversation(key: Key) { return this.ask<{ as_of_seq: Seq; conversation: Conversation }>('GET', at(key)); }
  thread(key: Key, before = '', limit = 60) {
    const p = new URLSearchParams({ limit: String(limit) });
    if (before) p.set('before', before);
    return this.ask<ThreadPage>('GET', `${at(key)}/thread?${p}`);
  }
  act(key: Key, act: Act) { return this.ask<{ version: number; conversation: Conversation }>('POST', `${at(key)}/acts`, act); }
  draft(key: Key, text: string) { return this.ask<void>('PUT', `${at(key)}/draft`, { text }); }

  private keep(me: Me) {
    this.csrf = me.csrf;
    return me;
  }
}

const at = (key: Key) => `conversations/${key.split('/').map(encodeURIComponent).join('/')}`;
