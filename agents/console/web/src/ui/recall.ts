// Taking back what one just wrote: it waits a few seconds before it leaves, or
// until the moment that was chosen.

import { useMemo } from 'react';
import { Refusal } from '../live/api.ts';
import type { Entry, Key } from '../protocol.ts';
import { useWords } from '../words/index.ts';
import { useActs } from './acts.ts';
import { refusalOf, screen, useClient } from './context.ts';
import { giveBack } from './returned.ts';

/** When a queued message of an agent's goes out, in milliseconds; undefined for what can no longer be taken back. */
export function leaves(e: Entry, takeBack: number | undefined): number | undefined {
  if (e.kind !== 'message' || e.from !== 'agent' || e.status !== 'queued') return undefined;
  if (e.after) return Date.parse(e.after);
  return takeBack ? Date.parse(e.at) + takeBack * 1000 : undefined;
}

export const soon = 60_000; // beyond this a message is put off rather than about to leave

/** Recalls one message, or the newest that is about to leave. */
export function useRecall(k: Key) {
  const client = useClient();
  const say = useWords();
  const { names } = useActs();
  return useMemo(() => {
    async function recall(e: Entry) {
      try {
        await client.act(k, 'recall', { message: e.id });
        giveBack(k, e.text ?? '');
        screen.say(say('recall.done'));
      } catch (err) {
        const late = err instanceof Refusal && err.code === 'sent';
        screen.toast({ text: late ? say('recall.sent') : refusalOf(err, say, names), bad: true });
      }
    }
    const newest = (now = Date.now()) => {
      const { known, me } = client.store.getState();
      return known.threads[k]?.entries.slice(-20).findLast((e) => {
        const at = e.agent === me.agent.id ? leaves(e, me.take_back) : undefined;
        return at !== undefined && at > now && at < now + soon;
      });
    };
    const unsent = () => client.outbox.items.findLast((p) => p.key === k && p.state === 'queued');
    return {
      of: recall,
      can: () => !!newest() || !!unsent(),
      recall() {
        const waiting = unsent();
        const e = newest();
        if (waiting) {
          const back = client.outbox.discard(waiting.act.id);
          if (back) giveBack(k, back.act.text ?? '', back.act.kind);
        } else if (e) void recall(e);
      },
    };
  }, [client, k, say, names]);
}
