// Where colleagues named the agent: how many are unread is shown wherever one is.

import { create } from 'zustand';
import type { DeskClient } from '../live/client.ts';
import type { Frame, Mention } from '../protocol.ts';
import { mentions, readMention } from '../remote.ts';

export interface Mentions { items: Mention[]; unread: number; next?: string; loaded: boolean; loading: boolean; failed: boolean }

const empty: Mentions = { items: [], unread: 0, loaded: false, loading: false, failed: false };
export const useMentions = create<Mentions>(() => empty);

/** Adds what was told; the same mention twice is one. */
export function withMention(s: Mentions, m: Mention): Mentions {
  const old = s.items.find((x) => x.id === m.id);
  if (old) return { ...s, items: s.items.map((x) => (x === old ? m : x)), unread: s.unread + Number(!m.read) - Number(!old.read) };
  return { ...s, items: [m, ...s.items].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)), unread: s.unread + Number(!m.read) };
}

export function withRead(s: Mentions, id: string, read = true): Mentions {
  const old = s.items.find((x) => x.id === id);
  return old && old.read !== read ? withMention(s, { ...old, read }) : s;
}

/** Loads the first page, and hears of more until it is told to stop. */
export function followMentions(client: DeskClient, onNew: (m: Mention) => void): () => void {
  useMentions.setState(empty, true);
  const ear = (f: Frame) => {
    if (f.t !== 'mention') return;
    const isNew = !useMentions.getState().items.some((x) => x.id === f.d.id);
    useMentions.setState((s) => withMention(s, f.d));
    if (isNew && !f.d.read) onNew(f.d);
  };
  client.ears.add(ear);
  let link = client.store.getState().link;
  const stop = client.store.subscribe((s) => { // frames of mentions are not told again after a break
    if (s.link === 'live' && link !== 'live') void loadMentions(client);
    link = s.link;
  });
  void loadMentions(client);
  return () => {
    client.ears.delete(ear);
    stop();
  };
}

export async function loadMentions(client: DeskClient, cursor?: string) {
  if (useMentions.getState().loading) return;
  useMentions.setState({ loading: true, failed: false });
  try {
    const page = await mentions(client.api, cursor);
    const items = page.items ?? [];
    useMentions.setState((s) => {
      const had = new Set(items.map((m) => m.id));
      return { items: cursor ? [...s.items.filter((m) => !had.has(m.id)), ...items] : items, unread: page.unread, next: page.next || undefined, loaded: true, loading: false };
    });
  } catch {
    useMentions.setState({ loading: false, failed: true });
  }
}

export async function markRead(client: DeskClient, id: string) {
  useMentions.setState((s) => withRead(s, id));
  await readMention(client.api, id).catch(() => useMentions.setState((s) => withRead(s, id, false)));
}
