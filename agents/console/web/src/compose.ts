// What the composer understands of a text: replies that start with "/",
// colleagues after "@", and the blanks of a reply.

import type { Canned } from './live/api.ts';
import type { Agent, Conversation, Language } from './protocol.ts';
import { money } from './time.ts';
import type { Speak } from './words/index.ts';

/** Fills {variables}; what is missing blocks the reply rather than being sent as a hole. */
export function fill(text: string, values: Record<string, string | undefined>): { text: string; missing: string[] } {
  const missing: string[] = [];
  const filled = text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const v = values[name];
    if (!v && !missing.includes(name)) missing.push(name);
    return v || whole;
  });
  return { text: filled, missing };
}

/** What a reply may name, of the customer and of who writes; nothing is made up. */
export function valuesOf(c: Conversation | undefined, me: Agent, brand: string, say: Speak): Record<string, string | undefined> {
  const p = c?.profile;
  const order = p?.orders?.toSorted((a, b) => (a.placed < b.placed ? 1 : -1))[0];
  return {
    name: p?.first, first: p?.first, last: p?.last, agent: me.name.split(' ')[0], brand,
    order: order?.number, status: order && say.maybe(`order.${order.status}`, ''), tracking: order?.tracking, invoice: order?.invoice,
    cart: p?.cart?.total.currency ? money(p.cart.total, say) : undefined, cart_link: p?.cart?.link,
    points: typeof p?.points === 'number' ? p.points.toLocaleString(say.language) : undefined,
  };
}

/** What is looked for after a "/" at the very start; undefined where it is none. */
export function slash(text: string): string | undefined {
  return /^\/([^\n/]{0,40})$/.exec(text)?.[1];
}

const bare = (s: string) => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Replies that fit what was typed, those whose title begins with it first. */
export function search(canned: Canned[], typed: string): Canned[] {
  const q = bare(typed.trim());
  const rank = (c: Canned) => {
    if (bare(c.title).startsWith(q) || bare(c.id).startsWith(q)) return 0;
    if (bare(c.title).includes(q)) return 1;
    return Object.values(c.text).some((t) => bare(t ?? '').includes(q)) ? 2 : 3;
  };
  return canned.map((c) => [rank(c), c] as const).filter(([r]) => r < 3).sort((a, b) => a[0] - b[0]).map(([, c]) => c);
}

export const inLanguage = (c: Canned, language: string | undefined): string =>
  c.text[language as Language] ?? c.text.fr ?? c.text.en ?? Object.values(c.text)[0] ?? '';

/** The name that is being typed after an "@" before the caret, and where it begins. */
export function at(text: string, caret: number): { from: number; typed: string } | undefined {
  const m = /(?:^|[\s(])@([\p{L}\p{N}.-]{0,40})$/u.exec(text.slice(0, caret));
  return m ? { from: caret - m[1]!.length - 1, typed: m[1]! } : undefined;
}

/** Colleagues whose name fits what was typed. */
export function colleagues(agents: Agent[], typed: string, me: string): Agent[] {
  const q = bare(typed);
  return agents.filter((a) => a.id !== me && bare(a.name).split(/\s+/).some((w) => w.startsWith(q)))
    .sort((a, b) => Number(a.presence === 'offline') - Number(b.presence === 'offline') || a.name.localeCompare(b.name)).slice(0, 8);
}

/** A note in pieces, those that name a colleague with who it is. */
export function named(text: string, agents: Agent[]): { text: string; agent?: Agent }[] {
  const by = agents.filter((a) => a.name).sort((a, b) => b.name.length - a.name.length);
  const pieces: { text: string; agent?: Agent }[] = [];
  let rest = 0;
  for (let i = text.indexOf('@'); i >= 0; i = text.indexOf('@', i + 1)) {
    const agent = by.find((a) => text.startsWith(a.name, i + 1) && !/[\p{L}\p{N}]/u.test(text[i + 1 + a.name.length] ?? ''));
    if (!agent || /[\p{L}\p{N}]/u.test(text[i - 1] ?? '')) continue;
    if (i > rest) pieces.push({ text: text.slice(rest, i) });
    rest = i + 1 + agent.name.length;
    pieces.push({ text: text.slice(i, rest), agent });
    i = rest - 1;
  }
  if (rest < text.length) pieces.push({ text: text.slice(rest) });
  return pieces;
}

/** Whom a note names, each once. */
export const mentions = (text: string, agents: Agent[]): string[] =>
  [...new Set(named(text, agents).flatMap((p) => p.agent?.id ?? []))];
