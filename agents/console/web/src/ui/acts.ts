// What an agent can do with a conversation, and how it is told afterwards.

import { useMemo } from 'react';
import { isWith } from '../live/state.ts';
import type { Act, ActKind, Key, Summary } from '../protocol.ts';
import { useWords, type Word } from '../words/index.ts';
import { refusalOf, screen, useClient } from './context.ts';

export function useActs() {
  const client = useClient();
  const say = useWords();
  return useMemo(() => {
    const names = (id: string) => client.store.getState().agents[id]?.name ?? id;
    async function act(key: Key, kind: Exclude<ActKind, 'write' | 'note'>, more: Partial<Act> = {}, quiet = false) {
      const { known, details } = client.store.getState();
      const name = (details[key] ?? known.rows[key])?.name || say('row.unknown');
      try {
        await client.act(key, kind, more);
        if (quiet) return true;
        const undo = kind === 'resolve' ? () => void act(key, 'reopen') : undefined;
        screen.toast({ text: say(`done.${kind}` as Word, { name }), undo });
        return true;
      } catch (err) {
        screen.toast({ text: refusalOf(err, say, names), bad: true });
        return false;
      }
    }
    return { act, names };
  }, [client, say]);
}

/** Which acts make sense for a conversation as it stands. */
export function possible(row: Summary | undefined, me: string) {
  const mine = isWith(row, me);
  const queued = row?.status === 'queued';
  return {
    mine,
    claim: !!row && !mine,
    transfer: mine || queued,
    return: mine || queued,
    snooze: mine && row?.status !== 'snoozed',
    resolve: mine || queued,
    reopen: row?.status === 'resolved' && row.owner === me,
  };
}
