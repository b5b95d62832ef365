import { AlertCircle, Clock3 } from 'lucide-react';
import type { Pending } from '../live/outbox.ts';
import { clock } from '../time.ts';
import { useWords } from '../words/index.ts';
import { useClient, useDesk, whyNot } from './context.ts';
import { Text } from './Entry.tsx';
import { both } from './Later.tsx';
import { giveBack } from './returned.ts';

/** What the agent wrote and the thread does not hold yet. */
export function PendingBubble({ p }: { p: Pending }) {
  const say = useWords();
  const client = useClient();
  const owner = useDesk((s) => (p.owner ? s.agents[p.owner]?.name ?? p.owner : undefined));
  const zone = useDesk((s) => s.details[p.key]?.profile?.timezone);
  const refused = p.state === 'refused';
  const moved = refused && p.code === 'moved';

  function takeBack() {
    const back = client.outbox.discard(p.act.id);
    if (back) giveBack(p.key, back.act.text ?? back.shown ?? '', back.act.kind);
  }

  return (
    <article className="bubble" data-from={p.act.kind === 'note' ? 'note' : 'agent'} data-own data-pending={p.state}>
      <header className="unseen"><strong>{say('thread.you')}</strong></header>
      <div className="said"><Text text={p.act.text ?? p.shown ?? ''} /></div>
      <footer>
        <time dateTime={p.at}>{clock(p.at, say)}</time>
        <span className="delivery" data-is={refused ? 'failed' : p.state} role={refused ? 'alert' : undefined}>
          {refused ? <AlertCircle aria-hidden /> : <Clock3 aria-hidden />}
          {!refused && p.act.after ? say('leaving.at', { time: both(p.act.after, zone, say) }) : say(`status.local.${p.state}`)}{refused && <>{say('app.colon')}{whyNot(p.code, say, owner)}</>}
        </span>
        {p.state === 'queued' && <button type="button" className="plain" onClick={takeBack}>{say('leaving.take')}</button>}
      </footer>
      {moved && !!p.missed?.length && (
        <div className="missed">
          <strong>{say('pending.moved')}</strong>
          <ul>{p.missed.map((e) => <li key={e.id}><b>{e.name || say(e.from === 'customer' ? 'thread.customer' : e.from === 'agent' ? 'thread.agent' : 'thread.assistant')}</b> <Text text={e.text ?? ''} /></li>)}</ul>
        </div>
      )}
      {refused && (
        <div className="pending-acts">
          <button className="button" onClick={takeBack}>{say(moved ? 'pending.review' : 'pending.discard')}</button>
          {moved
            ? <button className="button primary" onClick={() => client.anyway(p)}>{say('pending.anyway')}</button>
            : <button className="button primary" onClick={() => client.outbox.retry(p.act.id)}>{say('pending.retry')}</button>}
        </div>
      )}
    </article>
  );
}
