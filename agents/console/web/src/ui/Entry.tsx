import { memo } from 'react';
import { AlertCircle, Bot, Check, CheckCheck, Clock3, FileText, StickyNote } from 'lucide-react';
import { explain } from '../codes.ts';
import { linkify } from '../linkify.ts';
import { hasFailed, type Entry, type Media } from '../protocol.ts';
import { clock } from '../time.ts';
import { useWords, type Speak } from '../words/index.ts';
import { useDesk } from './context.ts';

/** Something said, or a note. */
export const Bubble = memo(function Bubble({ e, follows }: { e: Entry; follows: boolean }) {
  const say = useWords();
  const me = useDesk((s) => s.me.agent.id);
  const colleague = useDesk((s) => (e.agent ? s.agents[e.agent]?.name : undefined));
  const kind = e.kind === 'note' ? 'note' : e.from;
  const who = e.from === 'customer' ? e.name || say('thread.customer') : e.from === 'assistant' ? say('thread.assistant')
    : e.agent === me ? say('thread.you') : e.name || colleague || say('thread.agent');
  return (
    <article className="bubble" data-from={kind} data-own={e.agent === me || undefined} data-follows={follows || undefined}>
      <header className={follows ? 'unseen' : undefined}>
        {e.from === 'assistant' && <Bot aria-hidden />}{e.kind === 'note' && <StickyNote aria-hidden />}
        <strong>{who}</strong>{e.kind === 'note' && <span>{say('thread.note')}</span>}
      </header>
      <div className="said">
        {e.media?.map((m) => <Attachment key={m.href} m={m} />)}
        {e.text && <Text text={e.text} />}
      </div>
      <footer>
        <time dateTime={e.at}>{clock(e.at, say)}</time>
        {e.from !== 'customer' && e.kind === 'message' && e.status && <Delivery e={e} />}
        {!!e.segments && e.segments > 1 && <span>{say('thread.segments', { n: e.segments })}</span>}
        {e.from === 'assistant' && e.rule && <code title={say('thread.rule', { rule: e.rule })}>{e.rule}</code>}
      </footer>
    </article>
  );
});

export function Text({ text }: { text: string }) {
  return (
    <p dir="auto">
      {linkify(text).map((p, i) => (p.href ? <a key={i} href={p.href} target="_blank" rel="noopener noreferrer nofollow">{p.text}</a> : p.text))}
    </p>
  );
}

function Attachment({ m }: { m: Media }) {
  const say = useWords();
  const url = m.href.startsWith('/v1/desk/media/') ? m.href : undefined;
  if (!url) return null;
  if (m.type.startsWith('image/')) return <a href={url} target="_blank" rel="noopener noreferrer" aria-label={say('thread.photo')}><img src={url} alt="" loading="lazy" /></a>;
  if (m.type.startsWith('audio/')) return <audio src={url} controls preload="none" />;
  if (m.type.startsWith('video/')) return <video src={url} controls preload="none" />;
  return <a className="file" href={url} target="_blank" rel="noopener noreferrer"><FileText aria-hidden />{say('thread.file', { type: m.type })}</a>;
}

function Delivery({ e }: { e: Entry }) {
  const say = useWords();
  const failed = hasFailed(e.status);
  const why = failed || e.status === 'unknown' ? (e.code && (explain(e.code, say.language) ?? e.code)) : '';
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
  const to = e.data?.to ? agents[e.data.to]?.name ?? e.data.to : '';
  const type = e.type === 'agent.transferred' && !to ? 'agent.requeued' : e.type ?? '';
  const words = say.maybe(`event.${type}`, '', { name, to });
  const why = e.data?.reason ? reasonOf(e.data.reason, say) : type === 'agent.tagged' ? e.data?.tags ?? '' : '';
  const steps = e.steps ?? [];
  const rule = e.rule || steps.at(-1)?.rule;
  return (
    <p className="event">
      <time dateTime={e.at}>{clock(e.at, say)}</time>
      <span>
        {words || (steps.length ? '' : type)}{why && say('app.colon') + why}
        {steps.length > 0 && <span className="steps">{[steps[0]!.from, ...steps.map((s) => s.to)].map((s) => say.maybe(`state.${s}`, s)).join(' → ')}</span>}
      </span>
      {rule && <code title={say('thread.rule', { rule })}>{rule}</code>}
    </p>
  );
});

export function reasonOf(reason: string, say: Speak): string {
  return say.maybe(`reason.${reason}`, say('reason.other', { reason }));
}
