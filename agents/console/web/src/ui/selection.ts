// The conversations that are chosen, to do the same to all of them.

import { useEffect } from 'react';
import { create } from 'zustand';
import type { Key } from '../protocol.ts';
import { isTyping, rows } from './keys.ts';
import { useScreen, type Place } from './context.ts';

export interface Selection {
  picked: ReadonlySet<Key>;
  anchor: Key | null; // where a range begins
}

export const none: Selection = { picked: new Set(), anchor: null };

export function toggle(s: Selection, key: Key): Selection {
  const picked = new Set(s.picked);
  if (!picked.delete(key)) picked.add(key);
  return { picked, anchor: key };
}

/** Chooses everything from the anchor to the key, in the order that is shown. */
export function reach(s: Selection, key: Key, order: Key[]): Selection {
  const a = s.anchor ? order.indexOf(s.anchor) : -1, b = order.indexOf(key);
  if (a < 0 || b < 0) return toggle(s, key);
  return { picked: new Set([...s.picked, ...order.slice(Math.min(a, b), Math.max(a, b) + 1)]), anchor: s.anchor };
}

export const useSelection = create<Selection>(() => none);
export const pick = (key: Key, range = false) =>
  useSelection.setState((s) => (range ? reach(s, key, rows.shown) : toggle(s, key)));
export const pickAll = (keys: Key[]) => useSelection.setState({ picked: new Set(keys), anchor: keys[0] ?? null });
export const pickNone = () => useSelection.setState(none);

/** X chooses the row that has the focus, else the open one; with Shift up to it. Escape chooses nothing. */
export function usePicking(place: Place, on: boolean) {
  useEffect(() => {
    function press(e: KeyboardEvent) {
      if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || e.defaultPrevented || isTyping(e.target)) return;
      const s = useScreen.getState();
      if (s.help || s.palette || s.begin) return;
      if (e.key === 'Escape' && useSelection.getState().picked.size) {
        pickNone();
      } else if (on && e.key.toLowerCase() === 'x') {
        const key = (document.activeElement?.closest<HTMLElement>('[data-key]')?.dataset.key as Key | undefined) ?? place.key;
        if (!key) return;
        pick(key, e.shiftKey);
      } else return;
      e.preventDefault();
    }
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [on, place.key]);
}
