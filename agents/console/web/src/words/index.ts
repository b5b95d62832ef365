// The page's two languages. A word is found by its key; what it lacks is a
// compile error, not a gap on the screen.

import { createContext, useContext } from 'react';
import type { Language } from '../protocol.ts';
import { en } from './en.ts';
import { fr, type Word } from './fr.ts';

export type { Word };
export const words: Record<Language, Record<Word, string>> = { fr, en };

export interface Speak {
  (key: Word, fill?: Record<string, string | number>): string;
  language: Language;
  /** Says a key made at run time, or the fallback when there is no such word. */
  maybe(key: string, fallback: string, fill?: Record<string, string | number>): string;
}

export function speak(language: Language): Speak {
  const plural = new Intl.PluralRules(language);
  const say = ((key, fill = {}) => {
    let text = words[language][key];
    const n = fill.n;
    if (typeof n === 'number' && text.includes('|')) {
      const [one, many] = text.split('|');
      text = (plural.select(n) === 'one' ? one : many)!;
    }
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const v = fill[name];
      return v === undefined ? whole : typeof v === 'number' ? v.toLocaleString(language) : v;
    });
  }) as Speak;
  say.language = language;
  say.maybe = (key, fallback, fill) => (key in words[language] ? say(key as Word, fill) : fallback);
  return say;
}

export const Words = createContext<Speak>(speak('fr'));
export const useWords = () => useContext(Words);
