// What an agent can do with a conversation, and how it is told afterwards.

import { useMemo } from 'react';
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
        const undo = kind === 'resolve' || kind === 'snooze' ? () => void act(key, 'reopen') : undefined;
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
  const mine = row?.owner_kind === 'agent' && row.owner === me;
  const resolved = row?.status === 'resolved';
  return {
    mine,
    claim: !!row && !mine,
    transfer: mine && !resolved,
    return: mine && !resolved,
    snooze: mine && !resolved && row?.status !== 'snoozed',
    resolve: !!row && (mine || row.owner_kind === 'queue') && !resolved,
    reopen: !!row && (resolved || row.status === 'snoozed') && (mine || row.owner === me),
  };
}
