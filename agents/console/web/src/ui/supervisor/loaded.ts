// Something that is asked for, and asked for again.

import { useCallback, useEffect, useRef, useState } from 'react';

export interface Loaded<T> { value: T | null; failed: boolean; loading: boolean; again: () => void }

/** Loads when what it depends on changes; an answer that was overtaken is dropped. What was there stays until the next comes. */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, on: unknown[]): Loaded<T> {
  const [state, set] = useState<{ value: T | null; failed: boolean; loading: boolean }>({ value: null, failed: false, loading: true });
  const running = useRef<AbortController>(undefined);
  const latest = useRef(load);
  latest.current = load;
  const again = useCallback(() => {
    running.current?.abort();
    const ctl = running.current = new AbortController();
    set((s) => ({ ...s, loading: true }));
    latest.current(ctl.signal).then(
      (value) => { if (!ctl.signal.aborted) set({ value, failed: false, loading: false }); },
      () => { if (!ctl.signal.aborted) set((s) => ({ ...s, failed: true, loading: false })); },
    );
  }, []);
  useEffect(() => {
    set({ value: null, failed: false, loading: true });
    again();
    return () => running.current?.abort();
  }, on);
  return { ...state, again };
}
