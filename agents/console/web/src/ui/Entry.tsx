import { memo } from 'react';
import { AlertCircle, Bot, CalendarClock, Check, CheckCheck, Clock3, RotateCcw, Star, StickyNote, Undo2 } from 'lucide-react';
import { explain, mayRepeat } from '../codes.ts';
import { because } from '../prompts.ts';
import { named } from '../compose.ts';
import { linkify } from '../linkify.ts';
import { hasFailed, type Entry, type Key } from '../protocol.ts';
import { clock } from '../time.ts';
import { useWords, type Speak } from '../words/index.ts';
import { useClient, useDesk, useNow, useScreen } from './context.ts';
import { both } from './Later.tsx';
import { Attachment } from './Media.tsx';
import { Origin } from './Prompt.tsx';
import { leaves, soon, useRecall } from './recall.ts';
import { giveBack } from './returned.ts';

/** What was taken back before it left: it is no failure. */
const recalled = (e: Entry) => e.status === 'cancelled' && (e.code === 'agent.recalled' || e.rule === 'agent.recalled');

/** Something said, or a note. */
export const Bubble = memo(function Bubble({ e, k, follows, first }: { e: Entry; k: Key; follows: boolean; first?: Entry }) {
  const say = useWords();
  const me = useDesk((s) => s.me.agent.id);
  const colleague = useDesk((s) => (e.agent ? s.agents[e.agent]?.name : undefined));
  const kind = e.kind === 'note' ? 'note' : e.from;
  const customer = useDesk((s) => s.known.rows[k]?.name);
  const who = e.from === 'customer' ? e.name || customer || say('thread.customer') : e.from === 'assistant' ? say('thread.assistant')
    : e.agent === me ? say('thread.you') : e.name || colleague || say('thread.agent');
  const takeBack = useDesk((s) => s.me.take_back);
  const sought = useScreen((x) => x.sought === e.id);
  const own = e.agent === me;
  const at = own ? leaves(e, takeBack) : undefined;
  return (
    <article className="bubble" data-sought={sought || undefined} data-from={kind} data-own={own || undefined} data-follows={follows || undefined} data-recalled={recalled(e) || undefined}>
      <header className={follows ? 'unseen' : undefined}>
        {e.from === 'assistant' && <Bot aria-hidden />}{e.kind === 'note' && <StickyNote aria-hidden />}
        <strong>{who}</strong>{e.kind === 'note' && <span>{say('thread.note')}</span>}
      </header>
      <div className="said">
        {!!e.media?.length && <div className="photos">{e.media.map((m) => <Attachment key={m.href} m={m} e={e} k={k} who={who} />)}</div>}
        {e.text && (e.kind === 'note' ? <Note text={e.text} /> : <Text text={e.text} />)}
      </div>
      <footer>
        <time dateTime={e.at}>{clock(e.at, say)}</time>
        {at !== undefined ? <Leaving e={e} k={k} at={at} /> : e.from !== 'customer' && e.kind === 'message' && e.status && <Delivery e={e} />}
        {!!e.segments && e.segments > 1 && <span>{say('thread.segments', { n: e.segments })}</span>}
        <Origin e={e} first={first} />
        {e.from === 'assistant' && e.rule && <code title={say('thread.rule', { rule: e.rule })}>{e.rule}</code>}
      </footer>
      {own && hasFailed(e.status) && !recalled(e) && <Again e={e} k={k} />}
    </article>
  );
});

export function Text({ text }: { text: string }) {
  return <p dir="auto"><Linked text={text} /></p>;
}

function Linked({ text }: { text: string }) {
  return <>{linkify(text).map((p, i) => (p.href ? <a key={i} href={p.href} target="_blank" rel="noopener noreferrer nofollow">{p.text}</a> : p.text))}</>;
}

/** A note, with the colleagues that it names. */
function Note({ text }: { text: string }) {
  const agents = useDesk((s) => s.agents);
  return <p dir="auto">{named(text, Object.values(agents)).map((p, i) => (p.agent ? <mark key={i} className="mention">{p.text}</mark> : <Linked key={i} text={p.text} />))}</p>;
}

/** One's own words that have not left: they can be had back. */
function Leaving({ e, k, at }: { e: Entry; k: Key; at: number }) {
  const say = useWords();
  const zone = useDesk((s) => s.details[k]?.profile?.timezone);
  const now = useNow(at - Date.now() < soon ? 500 : 30_000);
  const { of } = useRecall(k);
  const left = Math.ceil((at - now) / 1000);
  if (left <= 0) return <span className="delivery"><Clock3 aria-hidden />{say('status.posting')}</span>;
  const later = left * 1000 > soon;
  return (
    <span className="leaving" data-later={later || undefined}>
      {later ? <CalendarClock aria-hidden /> : <Clock3 aria-hidden />}
      {later ? say('leaving.at', { time: both(new Date(at).toISOString(), zone, say) }) : say('leaving.in', { n: left })}
      <button type="button" className="plain" aria-label={say(later ? 'leaving.take' : 'leaving.cancel.label')} onClick={() => void of(e)}>{say(later ? 'leaving.take' : 'leaving.cancel')}</button>
    </span>
  );
}

/** What the carrier did not deliver: once more, or with other words. */
function Again({ e, k }: { e: Entry; k: Key }) {
  const say = useWords();
  const client = useClient();
  const may = useDesk((s) => !!s.details[k]?.can_write);
  if (!may || !e.text) return null;
  return (
    <div className="pending-acts">
      <button type="button" className="button" onClick={() => giveBack(k, e.text!)}><Undo2 aria-hidden />{say('pending.discard')}</button>
      {mayRepeat(e.code) && <button type="button" className="button primary" onClick={() => client.write(k, 'write', e.text!)}><RotateCcw aria-hidden />{say('delivery.again')}</button>}
    </div>
  );
}

/** Why something was withdrawn before it left: the code is the rule of what came between. */
function withdrawn(code: string | undefined, say: Speak): string {
  if (!code) return '';
  if (/^(stop|optout|opt_out|agent\.unsubscribed)/.test(code)) return say('withdrawn.stop');
  if (code.startsWith('agent.')) return say('withdrawn.agent');
  return because(code, null, say) || code;
}

function Delivery({ e }: { e: Entry }) {
  const say = useWords();
  if (recalled(e)) return <span className="delivery"><Undo2 aria-hidden />{say('delivery.recalled')}</span>;
  const failed = hasFailed(e.status);
  const why = e.status === 'cancelled' ? withdrawn(e.code, say) : failed || e.status === 'unknown' ? (e.code && (explain(e.code, say.language) ?? e.code)) : '';
  const Icon = failed || e.status === 'unknown' ? AlertCircle : e.status === 'delivered' || e.status === 'read' ? CheckCheck
    : e.status === 'sent' || e.status === 'accepted' ? Check : Clock3;
  return (
    <span className="delivery" data-is={failed ? 'failed' : e.status}>
      <Icon aria-hidden />{say.maybe(`status.${e.status}`, e.status!)}{why && <>{say('app.colon')}{why}{e.code && explain(e.code, say.language) && <small> ({e.code})</small>}</>}
    </span>
  );
}

/** A change of state, in one line, with the rule that caused it. */
export const EventLine = memo(function EventLine({ e }: { e: Entry }) {
  const say = useWords();
  const agents = useDesk((s) => s.agents);
  const name = (e.agent && agents[e.agent]?.name) || e.name || e.agent || '';
  const to = nameOf(e.data?.to, agents);
  const type = e.type === 'agent.transferred' && !to ? e.data?.team ? 'agent.teamed' : 'agent.requeued' : e.type ?? '';
  const words = say.maybe(`event.${type}`, '', { name, to, from: nameOf(e.data?.from, agents), team: e.data?.team ?? '' });
  const stars = Number(e.data?.rating ?? 0);
  const why = e.data?.reason ? reasonOf(e.data.reason, say) : type === 'agent.tagged' ? e.data?.tags ?? '' : '';
  const steps = e.steps ?? [];
  const rule = e.rule || steps.at(-1)?.rule;
  return (
    <p className="event">
      <time dateTime={e.at}>{clock(e.at, say)}</time>
      <span>
        {words || (steps.length ? '' : type)}{why && say('app.colon') + why}{stars > 0 && <Stars n={stars} />}
        {steps.length > 0 && <span className="steps">{[steps[0]!.from, ...steps.map((s) => s.to)].map((s) => say.maybe(`state.${s}`, s)).join(' → ')}</span>}
      </span>
      {rule && <code title={say('thread.rule', { rule })}>{rule}</code>}
    </p>
  );
});

const nameOf = (id: string | undefined, agents: Record<string, { name: string }>) => (id ? agents[id]?.name ?? id : '');

/** What the customer said of it. */
export function Stars({ n }: { n: number }) {
  const say = useWords();
  return <span className="stars" role="img" aria-label={say('rating.of', { n: String(n) })} data-low={n <= 2 || undefined}>{[1, 2, 3, 4, 5].map((i) => <Star key={i} aria-hidden data-on={i <= n || undefined} />)}</span>;
}

export function reasonOf(reason: string, say: Speak): string {
  return say.maybe(`reason.${reason}`, say('reason.other', { reason }));
}
