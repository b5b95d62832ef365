// What an agent chose for this browser.

import { create } from 'zustand';
import type { Language } from './protocol.ts';

export type Theme = 'auto' | 'light' | 'dark';

/** The panes whose width is the agent's to choose, and the widths they may have, in pixels. */
export const panes = { list: { least: 264, usual: 348, most: 560 }, customer: { least: 256, usual: 320, most: 520 } };
export type Pane = keyof typeof panes;

export interface Settings {
  theme: Theme;
  language: Language;
  shortcuts: boolean;
  sound: boolean; // when a customer writes, or something is offered
  notify: boolean; // by the system, while the page is not looked at
  widths: Record<Pane, number>;
}

const name = 'causette.settings';

export const within = (pane: Pane, width: unknown) =>
  Math.round(Math.min(panes[pane].most, Math.max(panes[pane].least, typeof width === 'number' && Number.isFinite(width) ? width : panes[pane].usual)));

/** What was kept, with what is not ours or out of bounds as if it had not been. */
export function read(kept: string | null, asked: string | null, own: Language): Settings {
  let k: Partial<Settings> = {};
  try {
    const parsed = JSON.parse(kept ?? '{}');
    if (parsed && typeof parsed === 'object') k = parsed;
  } catch { /* not ours: as if there were none */ }
  const language = (l: unknown): l is Language => l === 'fr' || l === 'en';
  return {
    theme: k.theme === 'light' || k.theme === 'dark' ? k.theme : 'auto',
    language: language(asked) ? asked : language(k.language) ? k.language : own,
    shortcuts: k.shortcuts !== false,
    sound: k.sound !== false,
    notify: k.notify === true,
    widths: { list: within('list', k.widths?.list), customer: within('customer', k.widths?.customer) },
  };
}

const here = typeof location !== 'undefined' && typeof localStorage !== 'undefined'; // tests have neither
export const useSettings = create<Settings>(() => here
  ? read(localStorage.getItem(name), new URLSearchParams(location.search).get('lang'), navigator.language.startsWith('fr') ? 'fr' : 'en')
  : read(null, null, 'fr'));

export function set(change: Partial<Settings>) {
  useSettings.setState(change);
  localStorage.setItem(name, JSON.stringify(useSettings.getState()));
}

export const setWidth = (pane: Pane, width: number) =>
  set({ widths: { ...useSettings.getState().widths, [pane]: within(pane, width) } });

/** Shows theme and language on the document, now and whenever they change. */
export function follow() {
  const show = (s: Settings) => {
    document.documentElement.lang = s.language;
    document.documentElement.dataset.theme = s.theme;
  };
  show(useSettings.getState());
  useSettings.subscribe(show);
}
