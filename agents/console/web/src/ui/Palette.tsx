import { useEffect, useMemo, useState, type ReactNode } from 'react';
import {
  AlarmClock, ArrowRightLeft, AtSign, Bot, Check, CircleHelp, Hand, Languages, ListTree, MessageSquareText, MessagesSquare, Palette as Brush, RotateCcw,
  Search, SquarePen, StickyNote, UserRound,
} from 'lucide-react';
import { keyOf, views, type Hit, type Key, type Summary } from '../protocol.ts';
import { messages } from '../remote.ts';
import { set as setting, useSettings } from '../settings.ts';
import { moment } from '../time.ts';
import { useWords, type Word } from '../words/index.ts';
import { possible, useActs } from './acts.ts';
import { useCombobox } from './combobox.ts';
import { arranged, meets, sifted } from './commands.ts';
import { go, screen, tabsOf, useClient, useDesk, type Place } from './context.ts';
import { Dialog } from './Dialog.tsx';
import { moments } from './Head.tsx';
import { Marked } from './Marked.tsx';

export interface Command {
  id: string;
  section: number;
  label: string;
  hint?: string;
  words?: string; // by which it is found too
  icon: ReactNode;
  text?: ReactNode; // shown in the label's place
  later?: boolean; // only when something was typed
  disabled?: boolean;
  score?: number; // how well it meets what was typed
  do: () => void;
}

const sections: Word[] = ['palette.acts', 'palette.conversations', 'palette.messages', 'palette.places', 'palette.colleagues', 'palette.settings'];
const [acts, conversations, said, places, colleagues, settings] = [0, 1, 2, 3, 4, 5] as const;

/** Ctrl-K: whatever one may want to go to, find or do, in one field. */
export function Palette({ place }: { place: Place }) {
  const say = useWords();
  const [q, set] = useState('');
  const [found, busy] = useFound(q);
  const own = useCommands(place);
  return (
    <Dialog bare title={say('palette.title')} className="palette" onClose={() => screen.palette(false)}>
      {(close) => <Field q={q} set={set} busy={busy} items={arranged([...sifted(own, q), ...found])} close={close} />}
    </Dialog>
  );
}

function Field({ q, set, busy, items, close }: { q: string; set: (q: string) => void; busy: boolean; items: Command[]; close: () => void }) {
  const say = useWords();
  const box = useCombobox(items, (c) => { close(); c.do(); });
  return (
    <>
      <div className="search">
        <Search aria-hidden />
        <input {...box.input} value={q} data-first maxLength={200} aria-label={say('palette.label')} placeholder={say('palette.label')} onChange={(e) => set(e.target.value)} />
      </div>
      <p className="unseen" role="status">{busy ? say('palette.busy') : say('palette.found', { n: items.length })}</p>
      {!items.length && <p className="empty">{busy ? say('palette.busy') : say('palette.none')}</p>}
      {items.length > 0 && (
        <div className="options" {...box.listProps} aria-label={say('palette.title')}>
          {[...new Set(items.map((c) => c.section))].map((section) => {
            const name = sections[section]!;
            const here = items.flatMap((c, i) => (c.section === section ? [{ c, i }] : []));
            return (
              <div key={name} role="group" aria-label={say(name)}>
                <h3 aria-hidden>{say(name)}</h3>
                {here.map(({ c, i }) => (
                  <div key={c.id} className="option" {...box.option(i)}>{c.icon}<span>{c.text ?? c.label}</span>{c.hint && <small>{c.hint}</small>}</div>
                ))}
              </div>
            );
          })}
        </div>
      )}
      <p className="quiet palette-keys">{say('palette.keys')}</p>
    </>
  );
}

/** Conversations and messages that meet what was typed: what is known at once, what the server finds a moment later. */
function useFound(typed: string): [Command[], boolean] {
  const say = useWords();
  const client = useClient();
  const known = useDesk((s) => s.known.rows);
  const [far, setFar] = useState<{ q: string; rows: Summary[]; hits: Hit[] }>({ q: '', rows: [], hits: [] });
  const q = typed.trim();
  useEffect(() => {
    if (q.length < 2) return;
    const ctl = new AbortController();
    const t = setTimeout(async () => {
      const [rows, hits] = await Promise.all([
        client.api.conversations('all', { q, limit: 6, signal: ctl.signal }).then((p) => p.items, () => []),
        messages(client.api, { q }, ctl.signal).then((p) => p.items ?? [], () => []),
      ]);
      if (!ctl.signal.aborted) setFar({ q, rows, hits });
    }, 180);
    return () => {
      clearTimeout(t);
      ctl.abort();
    };
  }, [client, q]);

  const list = useMemo(() => {
    if (!q) return [];
    const near = Object.values(known).filter((r) => meets(`${r.name} ${r.phone}`, q)).sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, 5);
    const rows = new Map([...near, ...(far.q === q ? far.rows : [])].map((r) => [keyOf(r), r]));
    const hits = far.q === q ? far.hits.slice(0, 5) : [];
    return [ // what only the server found meets in its own way: a number of an order, say
      ...[...rows].slice(0, 7).map(([key, r]): Command => ({
        id: `row ${key}`, section: conversations, score: meets(`${r.name} ${r.phone}`, q) || 2, label: r.name || r.phone || say('row.unknown'), hint: r.phone, icon: <UserRound aria-hidden />,
        do: () => go({ view: 'all', key }),
      })),
      ...hits.map((h): Command => ({
        id: `hit ${h.entry.id}`, section: said, score: 1.5, label: h.entry.text ?? '', icon: <MessagesSquare aria-hidden />,
        text: <><b>{h.name || say('row.unknown')}</b> <Marked text={h.entry.text ?? ''} q={q} /></>, hint: moment(h.entry.at, say),
        do: () => go({ view: 'all', page: 'search', q, key: keyOf(h), at: h.entry.id }),
      })),
      ...(q.length > 1 ? [{
        id: 'search', section: said, score: 0.5, label: say('palette.search', { q }), icon: <Search aria-hidden />, do: () => go({ view: 'all', key: null, page: 'search' as const, q }),
      }] : []),
    ];
  }, [q, known, far, say]);
  return [list, q.length > 1 && far.q !== q];
}

function useCommands(place: Place): Command[] {
  const say = useWords();
  const client = useClient();
  const { act, claim } = useActs();
  const me = useDesk((s) => s.me);
  const agents = useDesk((s) => s.agents);
  const row = useDesk((s) => (place.key ? s.known.rows[place.key] : undefined));
  const { theme } = useSettings();
  return useMemo(() => {
    const list: Command[] = [];
    const key: Key | null = place.key;
    if (key && row) {
      const may = possible(row, me.agent.id);
      const add = (id: string, label: string, icon: ReactNode, run: () => void, more: Partial<Command> = {}) =>
        list.push({ id: `act ${id}`, section: acts, label, icon, do: run, ...more });
      if (may.claim) add('claim', say(row.owner_kind === 'assistant' ? 'act.takeover' : 'act.claim'), <Hand aria-hidden />, () => void claim(key), { hint: 'C' });
      if (may.mine) add('reply', say('write.reply'), <MessageSquareText aria-hidden />, () => screen.compose('write'), { hint: 'R' });
      add('note', say('keys.note'), <StickyNote aria-hidden />, () => screen.compose('note'), { hint: 'N' });
      if (may.resolve) add('resolve', say('act.resolve'), <Check aria-hidden />, () => void act(key, 'resolve'), { hint: 'E' });
      if (may.reopen) add('reopen', say('act.reopen'), <RotateCcw aria-hidden />, () => void act(key, 'reopen'));
      if (may.return) add('return', say('act.return'), <Bot aria-hidden />, () => void act(key, 'return'));
      if (may.snooze) {
        for (const [id, at] of moments(Date.now())) {
          add(`snooze ${id}`, `${say('act.snooze')}${say('app.colon')}${say(`act.snooze.${id}`)}`, <AlarmClock aria-hidden />,
            () => void act(key, 'snooze', { until: at.toISOString() }), { later: true, hint: moment(at.toISOString(), say) });
        }
      }
      if (may.transfer) {
        add('queue', say('act.transfer.queue'), <ArrowRightLeft aria-hidden />, () => void act(key, 'transfer', { to: '' }), { later: true });
        for (const a of Object.values(agents)) {
          if (a.id === me.agent.id) continue;
          add(`to ${a.id}`, say('palette.transfer', { name: a.name }), <ArrowRightLeft aria-hidden />, () => void act(key, 'transfer', { to: a.id }),
            { later: true, disabled: a.presence === 'offline', hint: say(`presence.${a.presence}`) });
        }
      }
    }
    const to = (id: string, label: string, icon: ReactNode, run: () => void, words = '') =>
      list.push({ id: `go ${id}`, section: places, label, icon, words, do: run });
    for (const v of views) to(v, say(`view.${v}`), <ListTree aria-hidden />, () => go({ view: v, key: null }));
    to('mentions', say('nav.mentions'), <AtSign aria-hidden />, () => go({ view: 'all', key: null, page: 'mentions' }));
    to('search', say('nav.search'), <Search aria-hidden />, () => go({ view: 'all', key: null, page: 'search' }));
    if (me.permissions.includes('begin')) to('begin', say('nav.begin'), <SquarePen aria-hidden />, () => screen.begin(key ? { key } : {}));
    if (me.permissions.includes('supervise')) {
      for (const tab of tabsOf(me.permissions)) to(`supervise ${tab}`, `${say('nav.supervise')}${say('app.colon')}${say(`super.${tab}`)}`, <ListTree aria-hidden />, () => go({ view: 'all', key: null, page: 'supervise', tab }));
    }
    to('help', say('nav.help'), <CircleHelp aria-hidden />, () => screen.help(true));
    for (const a of Object.values(agents)) {
      list.push({
        id: `agent ${a.id}`, section: colleagues, label: a.name, words: a.email, later: true, icon: <i className="presence" data-is={a.presence} aria-hidden />,
        hint: `${say(`presence.${a.presence}`)}, ${say('act.transfer.load', { load: a.load, capacity: a.capacity || '∞' })}`,
        disabled: !me.permissions.includes('supervise'), // to others it only says how they are
        do: () => go({ view: 'all', key: null, page: 'supervise', tab: 'live' }),
      });
    }
    for (const p of ['online', 'away', 'offline'] as const) {
      list.push({ id: `presence ${p}`, section: settings, later: true, label: say('palette.presence', { presence: say(`presence.${p}`) }), icon: <i className="presence" data-is={p} aria-hidden />, do: () => void client.setPresence(p) });
    }
    for (const t of ['auto', 'light', 'dark'] as const) {
      if (t !== theme) list.push({ id: `theme ${t}`, section: settings, later: true, label: say('palette.theme', { theme: say(`theme.${t}`) }), icon: <Brush aria-hidden />, do: () => setting({ theme: t }) });
    }
    list.push({ id: 'language', section: settings, later: true, label: say('palette.language'), icon: <Languages aria-hidden />, do: () => setting({ language: say.language === 'fr' ? 'en' : 'fr' }) });
    return list;
  }, [say, client, act, claim, me, agents, row, place.key, theme]);
}

