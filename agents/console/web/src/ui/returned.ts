// Text that comes back to the composer: of a message that was taken back, or
// that was refused.

import { create } from 'zustand';
import type { Key } from '../protocol.ts';
import { screen, type Mode } from './context.ts';

export const useReturned = create<{ key: Key | null; text: string; n: number }>(() => ({ key: null, text: '', n: 0 }));

/** Puts the text before what is being written, and the caret behind it. */
export function giveBack(key: Key, text: string, mode: Mode = 'write') {
  useReturned.setState((s) => ({ key, text, n: s.n + 1 }));
  screen.compose(mode);
}

export const takeReturned = (n: number) => useReturned.setState((s) => (s.n === n ? { ...s, key: null, text: '' } : s));
