// What an agent can do with a conversation, and how it is told afterwards.

import { useMemo } from 'react';
import type { State } from '../live/client.ts';
import { isWith } from '../live/state.ts';
import type { Act, ActKind, Agent, Key, Summary } from '../protocol.ts';
import { useWords, type Speak, type Word } from '../words/index.ts';
import { refusalOf, screen, useClient, useDesk } from './context.ts';

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
    /** Claims; from a colleague who is there only after asking, where one may. */
    function claim(key: Key): Promise<boolean> | void {
      const s = client.store.getState();
      const from = takenFrom(s.known.rows[key], s);
      if (!from?.there) return act(key, 'claim', from ? { anyway: true } : {});
      screen.ask({
        title: say('takeover.title', { name: from.name }), text: say('takeover.text', { name: from.name }), yes: say('takeover.yes'),
        do: () => act(key, 'claim', { anyway: true }),
      });
    }
    return { act, claim, names };
  }, [client, say]);
}

type Desk = Pick<State, 'me' | 'agents'>;

/** The colleague whom a claim would take it from: anybody's who is away, and a colleague's who is there for supervisors. */
function takenFrom(row: Summary | undefined, { me, agents }: Desk): { name: string; there: boolean } | undefined {
  if (!row?.owner || row.owner_kind !== 'agent' || row.owner === me.agent.id || row.status === 'snoozed') return undefined;
  const owner: Agent | undefined = agents[row.owner];
  const there = owner?.presence === 'online';
  if (there && !me.permissions.includes('take_over')) return undefined;
  return { name: owner?.name ?? row.owner, there };
}

/** Which acts make sense for a conversation as it stands. */
export function possible(row: Summary | undefined, me: string, now = Date.now()) {
  const mine = isWith(row, me);
  const queued = row?.status === 'queued';
  const offered = queued && !!row?.offered && (!row.hold || Date.parse(row.hold) > now) ? row.offered : undefined;
  return {
    mine,
    offered,
    claim: !!row && !mine && (!offered || offered === me),
    decline: offered === me,
    transfer: mine || queued,
    return: mine || queued,
    snooze: mine && row?.status !== 'snoozed',
    resolve: mine || queued,
    reopen: !!row && row.owner === me && (row.status === 'resolved' || row.status === 'snoozed'),
  };
}

/** The same with the words of the button that claims, and for whom it is held. */
export function usePossible(row: Summary | undefined) {
  const say = useWords();
  const me = useDesk((s) => s.me);
  const agents = useDesk((s) => s.agents);
  const may = possible(row, me.agent.id);
  return { ...may, claim: may.claim && claimWord(row!, { me, agents }, say), held: may.offered && !may.decline ? agents[may.offered]?.name ?? may.offered : undefined };
}

function claimWord(row: Summary, desk: Desk, say: Speak): string {
  const from = takenFrom(row, desk);
  if (from) return say('act.take_from', { name: from.name });
  return say(row.owner_kind === 'assistant' ? 'act.takeover' : 'act.claim');
}
