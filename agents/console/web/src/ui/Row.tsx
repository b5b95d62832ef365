import { memo } from 'react';
import { AlarmClock, Bot, Clock3, Crown, Eye, Hand, MessageCircle, MessageSquare, PencilLine, ShoppingCart, TriangleAlert } from 'lucide-react';
import { isUnread } from '../live/read.ts';
import { keyOf, type Summary, type View } from '../protocol.ts';
import { ago, clock, lasting, long, moment, money, pressing, span } from '../time.ts';
import { useWords } from '../words/index.ts';
import { hashOf, useClient, useDesk } from './context.ts';
import { Stars } from './Entry.tsx';

export const Row = memo(function Row({ row, view, current, now }: { row: Summary; view: View; current: boolean; now: number }) {
  const say = useWords();
  const client = useClient();
  const key = keyOf(row);
  const me = useDesk((s) => s.me.agent.id);
  const stuck = useDesk((s) => s.pending.some((p) => p.key === key && p.state === 'refused'));
  const drafted = stuck || !!client.draft(key);
  const unread = useDesk((s) => isUnread(row, s.reads, me));
  const company = useDesk((s) => s.company[key]);
  const looking = [...new Set((company ?? []).filter((c) => c.until > now).map((c) => c.name))].join(', ');
  const held = useDesk((s) => (row.offered && row.status === 'queued' && (!row.hold || Date.parse(row.hold) > now) ? s.agents[row.offered]?.name ?? row.offered : ''));
  const owner = useDesk((s) => (row.owner ? s.agents[row.owner]?.name ?? row.owner : ''));
  const Medium = row.medium === 'whatsapp' ? MessageCircle : MessageSquare;
  const medium = say.maybe(`medium.${row.medium}`, row.medium);
  const preview = row.from === 'agent' ? say(row.owner === me ? 'row.said.you' : 'row.said.agent', { text: row.preview })
    : row.from === 'assistant' ? say('row.said.assistant', { text: row.preview }) : row.preview;
  return (
    <a className="row" href={hashOf({ view, key })} aria-current={current ? 'true' : undefined} data-priority={row.priority || undefined} data-unread={unread || undefined}>
      <span className="row-top">
        {unread && <i className="dot"><span className="unseen">{say('row.unread')}</span></i>}
        <strong>{row.name || row.phone || say('row.unknown')}</strong>
        {row.vip && <span className="badge vip"><Crown aria-hidden />{say('row.vip')}</span>}
        <time dateTime={row.at} title={new Date(row.at).toLocaleString(say.language)}>{ago(row.at, now, say)}</time>
      </span>
      <span className="row-preview">
        {drafted && <em><PencilLine aria-hidden />{say('list.draft')}</em>}
        {preview}
      </span>
      <span className="row-facts">
        <span className="fact" title={medium}><Medium aria-hidden />{medium}</span>
        {row.priority === 'urgent' && <span className="badge urgent"><TriangleAlert aria-hidden />{say('priority.urgent')}</span>}
        {row.priority === 'high' && <span className="badge high">{say('priority.high')}</span>}
        {row.cart && row.cart.amount > 0 && <span className="fact"><ShoppingCart aria-hidden /><span className="unseen">{say('row.cart', { money: '' })}</span>{money(row.cart, say)}</span>}
        {row.waits && row.status !== 'resolved' && <Wait waits={row.waits} due={row.due} now={now} short />}
        {row.resolve_by && row.owner === me && Date.parse(row.resolve_by) - now < 3_600_000 && row.status !== 'resolved' && <Limit at={row.resolve_by} now={now} what="resolve" />}
        {looking && <span className="fact looking" title={say('row.looking', { name: looking })}><Eye aria-hidden /><span className="unseen">{say('row.looking', { name: looking })}</span></span>}
        {!!row.rating && <Stars n={row.rating} />}
        <span className="fact owner">{whose()}</span>
      </span>
    </a>
  );

  function whose() {
    if (held) return <><Hand aria-hidden />{row.offered === me ? say('row.offered.you') : say('row.offered', { name: held })}</>;
    if (row.status === 'resolved' && row.owner) return say('row.resolved');
    if (row.status === 'snoozed') return say('row.snoozed');
    if (row.owner_kind === 'assistant') return <><Bot aria-hidden />{say('row.assistant')}</>;
    if (row.owner_kind === 'queue') return view === 'queue' ? null : say('row.queue');
    return row.owner === me ? say('row.you') : owner;
  }
});

/** How long the customer has waited and, where there is one, until when they should have their answer. */
export function Wait({ waits, due, now, short }: { waits: string; due?: string; now: number; short?: boolean }) {
  const say = useWords();
  const ms = now - Date.parse(waits);
  const left = due ? Date.parse(due) - now : undefined;
  return (
    <span className="wait" data-is={pressing(waits, due, now)} title={due ? `${say('row.waits', { time: lasting(ms, say) })}. ${say('sla.answer.title', { time: clock(due, say) })}` : undefined}>
      <Clock3 aria-hidden />
      <span>
        {!(short && left !== undefined) && (ms < 60_000 ? say('row.waits.soon') : say('row.waits', { time: span(ms, say) }))}
        {left !== undefined && <>{!short && ' · '}{left > long ? say('sla.by', { time: moment(due!, say) }) : left >= 0 ? say('sla.left', { time: lasting(left, say) }) : say('sla.late', { time: lasting(-left, say) })}</>}
      </span>
    </span>
  );
}

/** Until when something should be done, and how much of that is left. */
export function Limit({ at, now, what }: { at: string; now: number; what: 'answer' | 'resolve' }) {
  const say = useWords();
  const left = Date.parse(at) - now;
  return (
    <span className="wait limit" data-is={left < 0 ? 'late' : left < 3_600_000 ? 'soon' : 'calm'} title={say(`sla.${what}.title`, { time: moment(at, say) })}>
      <AlarmClock aria-hidden />{left > long ? say(`sla.${what}.by`, { time: moment(at, say) }) : say(left < 0 ? `sla.${what}.late` : `sla.${what}.left`, { time: lasting(Math.abs(left), say) })}
    </span>
  );
}
