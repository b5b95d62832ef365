// How the screen reaches the client, and the few things that only the screen knows.

import { createContext, useContext, useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { create } from 'zustand';
import type { DeskClient, State } from '../live/client.ts';
import { Refusal } from '../live/api.ts';
import { views, type Key, type View } from '../protocol.ts';
import { uuid } from '../uuid.ts';
import type { Speak } from '../words/index.ts';

export const Client = createContext<DeskClient>(null!);
export const useClient = () => useContext(Client);
export function useDesk<T>(select: (s: State) => T): T {
  return useStore(useClient().store, select);
}

/** The time, moving once in a while, for what is shown relative to it. */
export function useNow(every = 15_000): number {
  const [now, set] = useState(Date.now);
  useEffect(() => {
    const t = setInterval(() => set(Date.now()), every);
    return () => clearInterval(t);
  }, [every]);
  return now;
}

// ---- where we are: #/view/brand/customer, #/search/brand/customer?q=…&at=…, #/supervise/live

export type Page = 'mentions' | 'search' | 'supervise';
export const tabs = ['live', 'reports', 'incidents', 'channels', 'privacy', 'audit'] as const;
export type Tab = (typeof tabs)[number];

/** Where one is: a view or a page, perhaps a conversation, perhaps an entry of it. */
export interface Place {
  view: View;
  key: Key | null;
  page?: Page;
  tab?: Tab;
  q?: string; // what is searched for
  at?: string; // the entry to bring on the screen
}

/** The tabs that somebody of these rights sees. */
export const tabsOf = (permissions: string[]): Tab[] => tabs.filter((t) => t !== 'privacy' || permissions.includes('manage_privacy'));

const isPage = (s: string): s is Page => s === 'mentions' || s === 'search' || s === 'supervise';

export function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?');
  const [, first = '', brand, customer] = path.split('/').map(decoded);
  if (first === 'supervise') return { view: 'all', key: null, page: 'supervise', tab: tabs.includes(brand as Tab) ? (brand as Tab) : 'live' };
  const asked = new URLSearchParams(query);
  return {
    view: isPage(first) ? 'all' : views.includes(first as View) ? (first as View) : 'queue',
    key: brand && customer ? `${brand}/${customer}` : null,
    ...(isPage(first) && { page: first }),
    ...(asked.get('q') && { q: asked.get('q')! }),
    ...(asked.get('at') && { at: asked.get('at')! }),
  };
}

function decoded(s: string): string {
  try {
    return decodeURIComponent(s);
  } catch { // a hash that somebody mistyped
    return s;
  }
}

export function hashOf(p: Place): string {
  if (p.page === 'supervise') return `#/supervise/${p.tab ?? 'live'}`;
  const asked = new URLSearchParams();
  if (p.page === 'search' && p.q) asked.set('q', p.q);
  if (p.key && p.at) asked.set('at', p.at);
  const key = p.key ? `/${p.key.split('/').map(encodeURIComponent).join('/')}` : '';
  return `#/${p.page ?? p.view}${key}${asked.size ? `?${asked}` : ''}`;
}

export function usePlace(): Place {
  const [hash, set] = useState(location.hash);
  useEffect(() => {
    const changed = () => set(location.hash);
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return useMemo(() => placeOf(hash), [hash]);
}

export const go = (p: Place) => { location.hash = hashOf(p); };

// ---- what is said beside the conversation

export interface Toast { id: string; text: string; bad?: boolean; undo?: () => void; more?: { label: string; do: () => void } }

/** A question before something that cannot be undone. */
export interface Doubt { title: string; text: string; yes: string; do: () => unknown }
export type Mode = 'write' | 'note';

interface Screen {
  said: string; // for screen readers, politely
  toasts: Toast[];
  mode: Mode;
  focus: number; // raised to bring the caret to the composer
  snoozing: number; // raised to open the snooze menu
  panel: boolean; // the customer's drawer, where there is no room for the panel
  help: boolean;
  palette: boolean;
  begin: Begun | null; // who somebody writes to first, when they do
  doubt: Doubt | null;
  sought: string; // the entry that was looked for and is shown
}

export interface Begun { key?: Key; phone?: string }

export const useScreen = create<Screen>(() => ({
  said: '', toasts: [], mode: 'write', focus: 0, snoozing: 0, panel: false, help: false,
  palette: false, begin: null, doubt: null, sought: '',
}));
export const screen = {
  say: (said: string) => useScreen.setState({ said }),
  toast(t: Omit<Toast, 'id'>) {
    const toast = { ...t, id: uuid() };
    useScreen.setState((s) => ({ toasts: [...s.toasts.slice(-2), toast], said: t.text }));
    setTimeout(() => screen.dismiss(toast.id), t.undo || t.more ? 12_000 : 7_000);
  },
  dismiss: (id: string) => useScreen.setState((s) => ({ toasts: s.toasts.filter((t) => t.id !== id) })),
  compose: (mode: Mode) => useScreen.setState((s) => ({ mode, focus: s.focus + 1 })),
  snooze: () => useScreen.setState((s) => ({ snoozing: s.snoozing + 1 })),
  panel: (panel: boolean) => useScreen.setState({ panel }),
  help: (help: boolean) => useScreen.setState({ help }),
  palette: (palette: boolean) => useScreen.setState({ palette }),
  begin: (begin: Begun | null) => useScreen.setState({ begin }),
  ask: (doubt: Doubt | null) => useScreen.setState({ doubt }),
  sought: (sought: string) => useScreen.setState({ sought }),
};

/** Why something was refused, in words. */
export function whyNot(code: string | undefined, say: Speak, who?: string): string {
  if (code === 'owned') return who ? say('no.owned', { name: who }) : say('no.owned.someone');
  if (code === 'reserved' && who) return say('no.reserved.by', { name: who });
  return say.maybe(`no.${code}`, say('no.other', { code: code ?? '?' }));
}

export function refusalOf(err: unknown, say: Speak, names: (id: string) => string): string {
  if (!(err instanceof Refusal) || err.passing) return say('no.failed');
  return whyNot(err.code, say, err.problem.owner && names(err.problem.owner));
}
