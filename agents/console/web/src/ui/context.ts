// How the screen reaches the client, and the few things that only the screen knows.

import { createContext, useContext, useEffect, useState } from 'react';
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

// ---- where we are: #/view/brand/customer

export interface Place { view: View; key: Key | null }

export function placeOf(hash: string): Place {
  const [, view = '', brand, customer] = hash.replace(/^#/, '').split('/').map(decodeURIComponent);
  return {
    view: views.includes(view as View) ? (view as View) : 'queue',
    key: brand && customer ? `${brand}/${customer}` : null,
  };
}

export const hashOf = (p: Place) => `#/${p.view}${p.key ? `/${p.key.split('/').map(encodeURIComponent).join('/')}` : ''}`;

export function usePlace(): Place {
  const [hash, set] = useState(location.hash);
  useEffect(() => {
    const changed = () => set(location.hash);
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return placeOf(hash);
}

export const go = (p: Place) => { location.hash = hashOf(p); };

// ---- what is said beside the conversation

export interface Toast { id: string; text: string; bad?: boolean; undo?: () => void }
export type Mode = 'write' | 'note';

interface Screen {
  said: string; // for screen readers, politely
  toasts: Toast[];
  mode: Mode;
  focus: number; // raised to bring the caret to the composer
  snoozing: number; // raised to open the snooze menu
  panel: boolean; // the customer's drawer, where there is no room for the panel
  help: boolean;
}

export const useScreen = create<Screen>(() => ({ said: '', toasts: [], mode: 'write', focus: 0, snoozing: 0, panel: false, help: false }));
export const screen = {
  say: (said: string) => useScreen.setState({ said }),
  toast(t: Omit<Toast, 'id'>) {
    const toast = { ...t, id: uuid() };
    useScreen.setState((s) => ({ toasts: [...s.toasts.slice(-2), toast], said: t.text }));
    setTimeout(() => screen.dismiss(toast.id), t.undo ? 12_000 : 7_000);
  },
  dismiss: (id: string) => useScreen.setState((s) => ({ toasts: s.toasts.filter((t) => t.id !== id) })),
  compose: (mode: Mode) => useScreen.setState((s) => ({ mode, focus: s.focus + 1 })),
  snooze: () => useScreen.setState((s) => ({ snoozing: s.snoozing + 1 })),
  panel: (panel: boolean) => useScreen.setState({ panel }),
  help: (help: boolean) => useScreen.setState({ help }),
};

/** Why something was refused, in words. */
export function whyNot(code: string | undefined, say: Speak, who?: string): string {
  if (code === 'owned') return who ? say('no.owned', { name: who }) : say('no.owned.someone');
  return say.maybe(`no.${code}`, say('no.other', { code: code ?? '?' }));
}

export function refusalOf(err: unknown, say: Speak, names: (id: string) => string): string {
  if (!(err instanceof Refusal) || err.passing) return say('no.failed');
  return whyNot(err.code, say, err.problem.owner && names(err.problem.owner));
}
