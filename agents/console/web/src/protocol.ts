// What goes over the wire, as agents/console/PROTOCOL.md has it.

export type View = 'mine' | 'queue' | 'bot' | 'all';
export const views: View[] = ['mine', 'queue', 'bot', 'all'];

export type Presence = 'online' | 'away' | 'offline';
export type Language = 'fr' | 'en';
export type Priority = 'urgent' | 'high' | 'normal';

export interface Agent {
  id: string;
  name: string;
  email: string;
  role: 'agent' | 'supervisor' | 'admin';
  presence: Presence;
  load: number;
  capacity: number;
  languages?: string[] | null;
  teams?: string[] | null;
}

export interface Brand { id: string; name: string; languages: string[] }

export interface Me {
  agent: Agent; csrf: string; brands: Brand[]; permissions: string[];
  take_back?: number; // seconds within which a message can be taken back
}

/** An amount in minor units: {14990, "EUR"} is 149.90 €. */
export interface Money { amount: number; currency: string }

/** A carrier's price has decimals of its own: {798, 4, "USD"} is 0.0798 $. */
export interface Price { amount: number; scale: number; currency: string }

export interface Summary {
  brand: string;
  customer: string;
  name: string;
  phone: string;
  medium: string;
  language: string;
  state: string;
  owner_kind: 'assistant' | 'queue' | 'agent';
  owner?: string;
  status?: 'queued' | 'assigned' | 'snoozed' | 'resolved' | '';
  priority?: Priority | '';
  reason?: string;
  preview: string;
  from: 'customer' | 'assistant' | 'agent' | '';
  at: string;
  waits?: string | null; // since when the customer waits for an answer
  due?: string; // until when it should be given
  resolve_by?: string; // until when all of it should be resolved
  offered?: string; // who is asked to take it; nobody else may while it is held
  hold?: string; // until when
  team?: string;
  tags?: string[] | null;
  rating?: number; // 1 to 5, what the customer said of it
  vip?: boolean;
  cart?: Money | null;
  version: number;
  silenced?: boolean;
}

export interface Line { sku: string; name: string; quantity: number; price: Money; out_of_stock?: boolean }
export interface Cart { id: string; lines?: Line[]; total: Money; link?: string; updated: string }
export interface Order {
  id: string; number: string; status: string; lines?: Line[]; total: Money;
  carrier?: string; tracking?: string; invoice?: string; expected?: string; placed: string; changed: string;
}
export interface Return { id: string; order: string; status: string; changed: string }
export interface Consent { medium: string; purpose: string; state: 'given' | 'withdrawn'; at: string; source?: string; wording?: string }
/** A consent with what proves it. */
export interface Proof extends Consent {
  evidence?: Record<string, string> | null; rule?: string;
  promise?: { messages: number; per: 'day' | 'week' | 'month' } | null; // how often they were told that they would hear from the brand
  chain?: 'whole' | 'broken' | ''; // whether the row is as it was written and follows the one before; "": from before there was a chain
}

export interface Profile {
  first?: string; last?: string; email?: string; language?: string; timezone?: string; country?: string;
  vip?: boolean; value?: Money | null; points?: number | null; tags?: string[] | null;
  cart?: Cart | null; orders?: Order[] | null; returns?: Return[] | null; consents?: Consent[] | null;
  preferences?: Record<string, string> | null;
  suspended?: boolean; // marketing waits for a doubtful opt-out to be clarified
}

export interface DeskRecord {
  status: string; owner?: string; last?: string; priority: Priority; reason?: string;
  inputs?: Record<string, string>; queued?: string; waits?: string; answered?: string; until?: string; closed?: string; tags?: string[];
  team?: string; breached?: number; rating?: number;
}

export interface Conversation extends Summary {
  desk?: DeskRecord | null;
  profile?: Profile | null;
  questions?: { id: string; name: string; subject?: string; asked_at: string }[] | null;
  draft?: string;
  can_write?: boolean;
  why_not?: string;
  channel?: string;
  segment_price?: Price | null;
  window_until?: string | null; // WhatsApp takes free text until then
  prompts?: Waiting[] | null; // what automations asked for and what waits
}

/** Who asked for what nobody had asked for. */
export interface Asked { id: string; purpose: string; template?: string; campaign?: string }

/** A prompt that waits, and what the gate said of it. */
export interface Waiting extends Asked {
  status: 'scheduled' | 'held' | 'shown';
  text?: string; since: string;
  at?: string; // when it is looked at again, or goes by itself
  rule: string; waits?: string; why?: string; inputs?: Record<string, string> | null;
}

/** What an agent may say, filled from the customer. */
export interface Template extends Reading {
  name: string; purpose: string; languages: string[]; language: string; source: string;
  approved: boolean; // WhatsApp takes it after its window
  variables: Variable[];
}
export interface Variable {
  name: string; filters: string[]; required: boolean; known: boolean; default: string; value: string;
  from: 'customer' | 'order' | 'cart' | 'brand' | ''; of: string;
}
/** How a template reads, or the refusal that it would meet. */
export interface Reading { text: string; code: string; why: string }

/** What a customer sent, on our own origin. */
export interface Media { href: string; type: string }
export interface Step { from: string; on: string; to: string; rule: string }

export interface Entry {
  id: string;
  kind: 'message' | 'event' | 'note';
  from: 'customer' | 'assistant' | 'agent' | 'system';
  agent?: string;
  name?: string;
  text?: string;
  media?: Media[] | null;
  status?: string;
  code?: string;
  segments?: number;
  rule?: string;
  at: string;
  version: number;
  type?: string;
  steps?: Step[] | null;
  data?: Record<string, string> | null;
  act?: string; // the client's id of the act that did it
  after?: string; // when a queued message goes out
  medium?: string; // of a message
  prompt?: Asked | null;
}

export type ActKind = 'claim' | 'write' | 'note' | 'transfer' | 'return' | 'snooze' | 'resolve' | 'reopen' | 'tag' | 'unsubscribe' | 'keep'
  | 'decline' | 'recall' | 'release' | 'drop';
export interface Act {
  id: string; kind: ActKind; text?: string; to?: string; team?: string; until?: string; after?: string; message?: string;
  mentions?: string[]; tags?: string[]; seen?: number; anyway?: boolean; template?: string; variables?: Record<string, string>; prompt?: string;
}

export interface Frame { v?: number; t: string; seq?: number; brand?: string; id?: string; re?: string; ts?: string; d?: any }

/** Names a conversation: one customer of one brand. */
export type Key = `${string}/${string}`;
export const keyOf = (o: { brand: string; customer: string }): Key => `${o.brand}/${o.customer}`;
export const partsOf = (key: Key) => {
  const [brand = '', customer = ''] = key.split('/');
  return { brand, customer };
};

const ranks: Record<string, number> = {
  queued: 0, posting: 1, accepted: 2, sent: 3, unknown: 4, delivered: 5, undelivered: 5, failed: 5, cancelled: 5, expired: 5, read: 6,
};

/** Whether a message that stands at `old` moves to `next`; gateway.Status.After is the same rule. */
export function isLater(next = '', old = ''): boolean {
  if (next === 'read') return !['read', 'failed', 'undelivered', 'cancelled', 'expired'].includes(old);
  return (ranks[next] ?? -1) > (ranks[old] ?? -1);
}

export const hasFailed = (status?: string) => ['undelivered', 'failed', 'expired', 'cancelled'].includes(status ?? '');

// ---- what surrounds the thread: search, mentions, first words, many at once, supervision

/** Something said or noted, found by its words. */
export interface Hit { brand: string; customer: string; name: string; entry: Entry }

export interface Mention { id: string; brand: string; customer: string; name: string; by: string; by_name: string; text: string; at: string; read: boolean }

export type Purpose = 'transactional' | 'marketing';
export interface Begin { id: string; brand: string; phone?: string; customer?: string; text: string; purpose: Purpose; after?: string }

export type BulkKind = 'transfer' | 'write' | 'resolve' | 'return' | 'snooze' | 'tag';
export interface BulkResult { brand: string; customer: string; status: number; code?: string; owner?: string }

export interface LiveAgent extends Agent { offered: number; waiting: number; active_at?: string | null }
export interface Live {
  as_of: string;
  wait: number; // seconds; 0: not known
  waiting: number;
  oldest?: string | null; // since when
  breached: number;
  soon: number;
  offered: number;
  reasons: { reason: string; n: number }[] | null;
  agents: LiveAgent[] | null;
}

export type ReportName = 'volume' | 'answers' | 'agents' | 'reasons' | 'ratings';
export const reportNames: ReportName[] = ['volume', 'answers', 'agents', 'reasons', 'ratings'];
export interface Column { key: string; kind: 'time' | 'text' | 'number' | 'seconds' | 'percent' }
export type Cell = string | number | null;
export interface Report { name: ReportName; columns: Column[]; rows: Cell[][] | null; from: string; to: string }

export type IncidentKind = 'carrier' | 'product' | 'intent';
export interface Incident { id: string; brand: string; kind: IncidentKind; match: string; text: Record<string, string>; since: string; until?: string | null; by?: string }

export type PrivacyKind = 'export' | 'erasure';
/** What a person asked for of their data, and until when it must be done. */
export interface PrivacyRequest {
  id: string; brand: string; customer: string; name: string; kind: PrivacyKind; status: 'open' | 'running' | 'done';
  asked: string; due: string; by: string; by_name: string; done?: string;
}

export type Advice = '' | 'pair' | 'pair_again' | 'wait' | 'appeal' | 'update' | 'stop_other' | 'look_up' | 'start' | 'check_network';
/** What a channel goes through where that is linked to a phone. */
export interface Device {
  state: 'unpaired' | 'connecting' | 'connected' | 'logged_out' | 'banned' | 'outdated' | 'replaced' | 'disconnected';
  up: boolean; code: string; until?: string; since?: string; account: string; advice: Advice;
}
export interface Channel { brand: string; id: string; kind: string; medium: string; address: string; linked: boolean; device: Device | null }
/** A code to show for so many seconds, or the end. */
export interface PairStep { code?: string; expires?: string; seconds?: number; done?: boolean; problem?: { code: string; detail?: string } }

export interface AuditItem { id: string; at: string; agent: string; name: string; kind: string; brand?: string; customer?: string; detail?: string | Record<string, unknown> | null }
