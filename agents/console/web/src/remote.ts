// What one part of the screen asks the server for, and nobody else; live/api.ts
// has what all of it lives on.

import type { Api } from './live/api.ts';
import {
  partsOf, type Channel, type PairStep, type PrivacyKind, type PrivacyRequest, type Reading, type Template, type AuditItem, type Begin, type BulkKind, type BulkResult, type Conversation, type Hit, type Incident, type Key, type Live, type Mention,
  type Report, type ReportName,
} from './protocol.ts';

/** A query without what is empty. */
export function query(o: Record<string, string | number | undefined>): string {
  const p = new URLSearchParams();
  for (const [name, v] of Object.entries(o)) if (v !== undefined && v !== '') p.set(name, String(v));
  return p.size ? `?${p}` : '';
}

const name = encodeURIComponent;
type Paged<T> = { items: T[] | null; next?: string };

export const messages = (api: Api, o: { q: string; brand?: string; cursor?: string }, signal?: AbortSignal) =>
  api.ask<Paged<Hit>>('GET', `messages${query({ ...o, limit: 30 })}`, undefined, signal);

export const mentions = (api: Api, cursor?: string) => api.ask<Paged<Mention> & { unread: number }>('GET', `mentions${query({ cursor, limit: 50 })}`);
export const readMention = (api: Api, id: string) => api.ask<void>('PUT', `mentions/${name(id)}`, { read: true });

export const begin = (api: Api, b: Begin) => api.ask<{ version: number; conversation: Conversation }>('POST', 'conversations', b);

const of = (key: Key) => { const { brand, customer } = partsOf(key); return `conversations/${name(brand)}/${name(customer)}`; };
export const templates = (api: Api, key: Key, signal?: AbortSignal) => api.ask<{ items: Template[] | null }>('GET', `${of(key)}/templates`, undefined, signal);
export const readTemplate = (api: Api, key: Key, template: string, variables: Record<string, string>, signal?: AbortSignal) =>
  api.ask<Reading>('POST', `${of(key)}/templates/${name(template)}`, { variables }, signal);

export const mostAtOnce = 100; // conversations in one request

/** Does the same to many; more than one request takes goes in several, and an answer stands for each. */
export async function bulk(api: Api, ids: () => string, kind: BulkKind, list: { key: Key; seen?: number }[], fields: Record<string, unknown>): Promise<BulkResult[]> {
  const results: BulkResult[] = [];
  for (let i = 0; i < list.length; i += mostAtOnce) {
    const conversations = list.slice(i, i + mostAtOnce).map(({ key, seen }) => ({ ...partsOf(key), seen }));
    try {
      const r = await api.ask<{ items: BulkResult[] }>('POST', 'bulk', { id: ids(), kind, conversations, ...fields });
      results.push(...r.items);
    } catch (err) {
      if (!results.length) throw err; // nothing was done: the whole of it is refused
      results.push(...conversations.map((c) => ({ brand: c.brand, customer: c.customer, status: 0, code: 'failed' })));
    }
  }
  return results;
}

export const reassign = (api: Api, agent: string) => api.ask<{ returned: number }>('POST', `agents/${name(agent)}/reassign`, {});
export const logoutAgent = (api: Api, agent: string) => api.ask<void>('POST', `agents/${name(agent)}/logout`, {});

export const live = (api: Api, brand?: string) => api.ask<Live>('GET', `live${query({ brand })}`);
export const report = (api: Api, which: ReportName, o: { brand?: string; from: string; to: string; by: 'day' | 'hour' }, signal?: AbortSignal) =>
  api.ask<Report>('GET', `reports/${which}${query(o)}`, undefined, signal);

export const incidents = (api: Api, brand?: string) => api.ask<{ items: Incident[] | null }>('GET', `incidents${query({ brand })}`);
export type Draft = Omit<Incident, 'id' | 'by' | 'since'> & { id?: string; since?: string };
export const keepIncident = (api: Api, i: Draft) => i.id
  ? api.ask<Incident>('PUT', `incidents/${name(i.brand)}/${name(i.id)}`, i)
  : api.ask<Incident>('POST', 'incidents', i);
export const endIncident = (api: Api, i: Incident) => api.ask<void>('DELETE', `incidents/${name(i.brand)}/${name(i.id)}`);

export const audit = (api: Api, o: { brand?: string; agent?: string; kind?: string; cursor?: string }) =>
  api.ask<Paged<AuditItem>>('GET', `audit${query({ ...o, limit: 50 })}`);

export const channels = (api: Api, brand?: string) => api.ask<{ items: Channel[] | null }>('GET', `channels${query({ brand })}`);
export const pair = (api: Api, c: Channel, signal: AbortSignal) => api.steps<PairStep>(`channels/${name(c.brand)}/${name(c.id)}/pair`, signal);

export const privacyRequests = (api: Api, brand?: string) => api.ask<{ items: PrivacyRequest[] | null }>('GET', `privacy${query({ brand })}`);
export const askPrivacy = (api: Api, r: { brand: string; phone: string; kind: PrivacyKind; asked?: string }) => api.ask<PrivacyRequest>('POST', 'privacy', r);
export const exported = (api: Api, r: PrivacyRequest) => api.file(`privacy/${name(r.brand)}/${name(r.id)}/export`);
export const erase = (api: Api, r: PrivacyRequest, phone: string) => api.ask<PrivacyRequest>('POST', `privacy/${name(r.brand)}/${name(r.id)}/erase`, { phone });
