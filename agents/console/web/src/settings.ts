// What an agent chose for this browser.

import { create } from 'zustand';
import type { Language } from './protocol.ts';

export type Theme = 'auto' | 'light' | 'dark';

interface Settings { theme: Theme; language: Language; shortcuts: boolean }

const name = 'causette.settings';

function read(): Settings {
  const asked = new URLSearchParams(location.search).get('lang');
  const own = navigator.language.startsWith('fr') ? 'fr' : 'en';
  let kept: Partial<Settings> = {};
  try {
    kept = JSON.parse(localStorage.getItem(name) ?? '{}');
  } catch { /* not ours: as if there were none */ }
  return {
    theme: kept.theme ?? 'auto',
    language: asked === 'fr' || asked === 'en' ? asked : kept.language ?? own,
    shortcuts: kept.shortcuts ?? true,
  };
}

export const useSettings = create<Settings>(() => read());

export function set(change: Partial<Settings>) {
  useSettings.setState(change);
  localStorage.setItem(name, JSON.stringify(useSettings.getState()));
}

/** Shows theme and language on the document, now and whenever they change. */
export function follow() {
  const show = (s: Settings) => {
    document.documentElement.lang = s.language;
    document.documentElement.dataset.theme = s.theme;
  };
  show(useSettings.getState());
  useSettings.subscribe(show);
}
