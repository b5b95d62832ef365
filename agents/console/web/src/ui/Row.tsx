import { memo } from 'react';
import { Bot, Clock3, Crown, MessageCircle, MessageSquare, PencilLine, ShoppingCart, TriangleAlert } from 'lucide-react';
import { keyOf, type Summary, type View } from '../protocol.ts';
import { ago, money, pressing, span } from '../time.ts';
import { useWords } from '../words/index.ts';
import { hashOf, useClient, useDesk } from './context.ts';

export const Row = memo(function Row({ row, view, current, now }: { row: Summary; view: View; current: boolean; now: number }) {
  const say = useWords();
  const client = useClient();
  const key = keyOf(row);
  const me = useDesk((s) => s.me.agent.id);
  const stuck = useDesk((s) => s.pending.some((p) => p.key === key && p.state === 'refused'));
  const drafted = stuck || !!client.draft(key);
  const owner = useDesk((s) => (row.owner ? s.agents[row.owner]?.name ?? row.owner : ''));
  const Medium = row.medium === 'whatsapp' ? MessageCircle : MessageSquare;
  const medium = say.maybe(`medium.${row.medium}`, row.medium);
  const preview = row.from === 'agent' ? say(row.owner === me ? 'row.said.you' : 'row.said.agent', { text: row.preview })
    : row.from === 'assistant' ? say('row.said.assistant', { text: row.preview }) : row.preview;
  return (
    <a className="row" href={hashOf({ view, key })} aria-current={current ? 'true' : undefined} data-priority={row.priority || undefined}>
      <span className="row-top">
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
        {row.waits && row.status !== 'resolved' && <Wait waits={row.waits} due={row.due} now={now} />}
        <span className="fact owner">{whose()}</span>
      </span>
    </a>
  );

  function whose() {
    if (row.status === 'resolved' && row.owner) return say('row.resolved');
    if (row.status === 'snoozed') return say('row.snoozed');
    if (row.owner_kind === 'assistant') return <><Bot aria-hidden />{say('row.assistant')}</>;
    if (row.owner_kind === 'queue') return view === 'queue' ? null : say('row.queue');
    return row.owner === me ? say('row.you') : owner;
  }
});

export function Wait({ waits, due, now }: { waits: string; due?: string; now: number }) {
  const say = useWords();
  const ms = now - Date.parse(waits);
  return (
    <span className="wait" data-is={pressing(waits, due, now)}>
      <Clock3 aria-hidden />{ms < 60_000 ? say('row.waits.soon') : say('row.waits', { time: span(ms, say) })}
    </span>
  );
}
