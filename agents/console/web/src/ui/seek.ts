// Brings an entry that was looked for on the screen: a search's hit, a mention.

import { useEffect, useRef } from 'react';
import type { Entry, Key } from '../protocol.ts';
import { useWords } from '../words/index.ts';
import { screen, useClient, useDesk, usePlace } from './context.ts';

const furthest = 12; // pages that are loaded for it

/** Shows the entry that the address names, loading older pages until it is there. */
export function useSeek(k: Key, entries: Entry[], show: (id: string) => void) {
  const say = useWords();
  const client = useClient();
  const { at, key, page } = usePlace();
  const thread = useDesk((s) => s.known.threads[k]);
  const asked = useRef({ at: '', pages: 0, done: false });
  useEffect(() => {
    if (!at || key !== k || !thread?.complete) return;
    if (asked.current.at !== at) asked.current = { at, pages: 0, done: false };
    const a = asked.current;
    if (a.done) return;
    if (entries.some((e) => e.id === at)) {
      a.done = true;
      screen.sought(at);
      requestAnimationFrame(() => show(at)); // the line is laid out first
    } else if (thread.next && a.pages < furthest) {
      a.pages++;
      void client.older(k);
    } else {
      a.done = true;
      if (page === 'search') screen.toast({ text: say('search.deep') });
    }
  }, [at, key, k, thread, entries, client, show, say, page]);
}
