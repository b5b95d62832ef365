import { useEffect, useRef } from 'react';
import { AlarmClock, ArrowLeft, ArrowRightLeft, Bot, Check, Hand, IdCard, Moon, RotateCcw, X } from 'lucide-react';
import type { Key } from '../protocol.ts';
import { localTime, moment } from '../time.ts';
import { isNight } from '../zone.ts';
import { Stars } from './Entry.tsx';
import { useWords } from '../words/index.ts';
import { useActs, usePossible } from './acts.ts';
import { go, screen, useDesk, useNow, useScreen, type Place } from './context.ts';
import { Menu, type Item } from './Menu.tsx';
import { Limit, Wait } from './Row.tsx';

/** Who answers, and what one can do about it. */
export function Head({ k, place }: { k: Key; place: Place }) {
  const say = useWords();
  const now = useNow();
  const { act, claim } = useActs();
  const row = useDesk((s) => s.known.rows[k]);
  const detail = useDesk((s) => s.details[k]);
  const me = useDesk((s) => s.me.agent.id);
  const agents = useDesk((s) => s.agents);
  const company = useDesk((s) => s.company[k]);
  const snoozing = useScreen((s) => s.snoozing);
  const panel = useScreen((s) => s.panel);
  const may = usePossible(row);
  const name = row?.name || row?.phone || say('row.unknown');
  const others = (company ?? []).filter((c) => c.until > now);
  const writing = others.filter((c) => c.doing === 'composing');
  const looking = others.filter((c) => c.doing === 'viewing' && !writing.some((w) => w.agent === c.agent));
  const assistant = row?.owner_kind === 'assistant';
  const there = localTime(detail?.profile?.timezone, now, say);

  const ownerName = row?.owner ? agents[row.owner]?.name ?? row.owner : '?';
  const away = !!row?.owner && agents[row.owner]?.presence !== 'online';
  const open = row?.status === 'queued' || row?.status === 'assigned' || row?.status === 'snoozed';
  const teams = [...new Set(Object.values(agents).flatMap((a) => a.teams ?? []))].sort();
  const orders = (detail?.profile?.orders ?? []).length > 0;

  // A button that did its work may be gone: who pressed it stays in the conversation.
  const held = useRef(false);
  useEffect(() => {
    if (held.current && document.activeElement === document.body) document.getElementById('thread')?.focus();
  });

  const whose = !row ? '' : row.status === 'resolved' && row.owner ? say('head.resolved')
    : row.status === 'snoozed' ? detail?.desk?.until ? say('head.snoozed', { time: moment(detail.desk.until, say) }) : say('head.snoozed.open')
    : assistant ? say('head.assistant') : row.owner_kind === 'queue' ? may.held ? say('claim.held', { name: may.held }) : may.decline ? say('head.offered') : row.team ? say('head.queue.team', { team: row.team }) : say('head.queue')
    : may.mine ? say('head.mine') : away ? say('head.owner.away', { name: ownerName }) : say('head.owner', { name: ownerName });

  const to: Item[] = [
    ...Object.values(agents).filter((a) => a.id !== me).sort((a, b) => rank(a.presence) - rank(b.presence) || a.load - b.load).map((a) => ({
      id: a.id, label: a.name, mark: a.presence, hint: a.capacity ? say('act.transfer.load', { load: a.load, capacity: a.capacity }) : undefined,
      disabled: a.presence === 'offline', do: () => void act(k, 'transfer', { to: a.id }),
    })),
    ...teams.map((team) => ({ id: `team ${team}`, label: say('act.transfer.team', { team }), do: () => void act(k, 'transfer', { to: '', team }) })),
    { id: '', label: say('act.transfer.queue'), do: () => void act(k, 'transfer', { to: '' }) },
  ];
  const until: Item[] = [
    ...moments(now).map(([id, at]) => ({
      id, label: say(`act.snooze.${id}`), hint: moment(at.toISOString(), say), do: () => void act(k, 'snooze', { until: at.toISOString() }),
    })),
    // Both wake it, whichever comes first; who has no order is not asked about one.
    { id: 'writes', label: say('act.snooze.writes'), do: () => void act(k, 'snooze') },
    ...(orders ? [{ id: 'order', label: say('act.snooze.order'), hint: say('act.snooze.order.hint'), do: () => void act(k, 'snooze') }] : []),
  ];

  return (
    <header className="head">
      <button className="icon-button back" aria-label={say('head.back')} title={say('head.back')} onClick={() => go({ ...place, key: null })}><ArrowLeft aria-hidden /></button>
      <div className="head-who">
        <h1>{name}</h1>
        <p>
          <span className="whose" data-is={may.mine ? 'mine' : row?.owner_kind}>{assistant && <Bot aria-hidden />}{whose}</span>
          {row?.waits && row.status !== 'resolved' && <Wait waits={row.waits} due={row.due} now={now} />}
          {open && row?.resolve_by && <Limit at={row.resolve_by} now={now} what="resolve" />}
          {!!row?.rating && <Stars n={row.rating} />}
          {there && <span className="local">{isNight(detail?.profile?.timezone, now) && <Moon aria-label={say('head.night')} />}{say('time.local', { time: there })}</span>}
          {writing.map((c) => <span key={c.agent} className="company">{say('head.composing', { name: c.name })}</span>)}
          {looking.map((c) => <span key={c.agent} className="company">{say('head.viewing', { name: c.name })}</span>)}
        </p>
      </div>
      <div className="head-acts" onFocus={() => { held.current = true; }} onBlur={(e) => { if (e.target.isConnected) held.current = false; }}>
        {may.claim && !may.reopen && (
          <button className={`button ${row?.owner_kind === 'agent' && !away ? '' : 'primary'}`} onClick={() => void claim(k)} aria-keyshortcuts="c"><Hand aria-hidden /><span>{may.claim}</span></button>
        )}
        {may.decline && <button className="button" onClick={() => void act(k, 'decline')} aria-keyshortcuts="d"><X aria-hidden /><span>{say('offer.decline')}</span></button>}
        {may.reopen && <button className="button" onClick={() => void act(k, 'reopen')}><RotateCcw aria-hidden /><span>{say(row?.status === 'snoozed' ? 'act.wake' : 'act.reopen')}</span></button>}
        {may.transfer && <Menu label={say('act.transfer')} icon={<ArrowRightLeft aria-hidden />} items={to} />}
        {may.return && <button className="button" onClick={() => void act(k, 'return')}><Bot aria-hidden /><span>{say('act.return')}</span></button>}
        {may.snooze && <Menu label={say('act.snooze')} icon={<AlarmClock aria-hidden />} items={until} open={snoozing} />}
        {may.resolve && <button className={`button ${may.mine ? 'primary' : ''}`} onClick={() => void act(k, 'resolve')} aria-keyshortcuts="e"><Check aria-hidden /><span>{say('act.resolve')}</span></button>}
        <button className="icon-button show-customer" aria-label={say('head.customer')} title={say('head.customer')} aria-expanded={panel} onClick={() => screen.panel(!panel)}><IdCard aria-hidden /></button>
      </div>
    </header>
  );
}

const rank = (presence: string) => ['online', 'away', 'offline'].indexOf(presence);

/** The moments that a pause can last to; none in the past. */
export function moments(now: number): ['hour' | 'evening' | 'tomorrow' | 'monday', Date][] {
  const at = (days: number, hour: number) => {
    const d = new Date(now);
    d.setDate(d.getDate() + days);
    d.setHours(hour, 0, 0, 0);
    return d;
  };
  const monday = (8 - new Date(now).getDay()) % 7 || 7;
  const all: ['hour' | 'evening' | 'tomorrow' | 'monday', Date][] = [
    ['hour', new Date(now + 3_600_000)], ['evening', at(0, 18)], ['tomorrow', at(1, 9)], ['monday', at(monday, 9)],
  ];
  return all.filter(([id, d]) => d.getTime() > now + 60_000 && !(id === 'monday' && monday === 1));
}
