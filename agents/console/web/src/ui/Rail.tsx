import { AtSign, Bot, ChartNoAxesColumn, CircleHelp, Inbox, LogOut, MessagesSquare, Search, UserRound } from 'lucide-react';
import type { ReactNode } from 'react';
import { views, type Presence, type View } from '../protocol.ts';
import { reassign } from '../remote.ts';
import { useWords } from '../words/index.ts';
import { go, hashOf, refusalOf, screen, useClient, useDesk, type Page, type Place } from './context.ts';
import { Menu } from './Menu.tsx';
import { useMentions } from './mentions.ts';

const icons: Record<View, typeof Bot> = { mine: UserRound, queue: Inbox, bot: Bot, all: MessagesSquare };

/** The views with their counts, the pages beside them, and who one is. */
export function Rail({ place, onOut }: { place: Place; onOut: () => void }) {
  const say = useWords();
  const client = useClient();
  const counts = useDesk((s) => s.counts);
  const me = useDesk((s) => s.me.agent);
  const supervises = useDesk((s) => s.me.permissions.includes('supervise'));
  const begins = useDesk((s) => s.me.permissions.includes('begin'));
  const link = useDesk((s) => s.link);
  const caught = useDesk((s) => s.caught);
  const unread = useMentions((s) => s.unread);

  async function leave() {
    await client.setPresence('offline').catch(() => {});
    await client.api.logout().catch(() => {});
    client.stop();
    onOut();
  }

  async function giveBack() {
    try {
      const { returned } = await reassign(client.api, me.id);
      screen.toast({ text: say('give_back.done', { n: returned }) });
    } catch (err) {
      screen.toast({ text: refusalOf(err, say, (id) => id), bad: true });
    }
  }
  const askGiveBack = () => screen.ask({ title: say('give_back.title'), text: say('give_back.text', { n: me.load }), yes: say('give_back.yes'), do: giveBack });

  async function be(presence: Presence) {
    await client.setPresence(presence);
    const left = client.store.getState().me.agent;
    if (presence !== 'online' && left.presence === presence && left.load > 0) { // nobody waits for who is not there
      screen.toast({ text: say('give_back.away', { n: left.load }), more: { label: say('nav.give_back'), do: askGiveBack } });
    }
  }

  const link_ = (page: Page, Icon: typeof Bot, count?: ReactNode) => (
    <li key={page} data-page={page}>
      <a href={hashOf({ view: 'all', key: null, page })} aria-current={place.page === page ? 'page' : undefined}><Icon aria-hidden /><span>{say(`nav.${page}`)}</span>{count}</a>
    </li>
  );
  return (
    <nav className="rail" aria-label={say('nav.label')}>
      <img src="./icon.svg" alt={say('app.name')} width="32" height="32" />
      <ul>
        {views.map((v) => {
          const Icon = icons[v];
          return (
            <li key={v}>
              <a href={hashOf({ view: v, key: null })} aria-current={!place.page && place.view === v ? 'page' : undefined}>
                <Icon aria-hidden />
                <span>{say(`view.${v}`)}</span>
                <b data-some={counts[v] > 0 || undefined}>{counts[v] > 999 ? '999+' : counts[v]}</b>
              </a>
            </li>
          );
        })}
        {link_('mentions', AtSign, unread > 0 && <b data-some><span aria-hidden>{unread > 99 ? '99+' : unread}</span><span className="unseen">{say('nav.unread', { n: unread })}</span></b>)}
        {link_('search', Search)}
        {supervises && link_('supervise', ChartNoAxesColumn)}
      </ul>
      <p className="link" data-is={link} role="status"><i aria-hidden /><span>{say(`link.${link}`, link === 'catching_up' ? { n: caught } : {})}</span></p>
      <button className="icon-button" aria-label={say('nav.help')} title={say('nav.help')} onClick={() => screen.help(true)}><CircleHelp aria-hidden /></button>
      <Menu className="me" compact label={`${me.name}. ${say('nav.me', { presence: say(`presence.${me.presence}`) })}`}
        icon={<><span className="initials" data-initials={initials(me.name)} aria-hidden /><i className="presence" data-is={me.presence} aria-hidden /></>}
        items={[
          ...(['online', 'away', 'offline'] as Presence[]).map((p) => ({ id: p, mark: p, label: say(`presence.${p}`), chosen: me.presence === p, do: () => void be(p) })),
          { id: 'give_back', label: say('nav.give_back'), disabled: !me.load, hint: me.load ? String(me.load) : undefined, apart: true, do: askGiveBack },
          ...(begins ? [{ id: 'begin', label: say('nav.begin'), apart: true, do: () => screen.begin({}) }] : []),
          { id: 'palette', apart: !begins, label: say('nav.palette'), hint: 'Ctrl K', do: () => screen.palette(true) },
          { id: 'search', label: say('nav.search'), only: 'narrow', do: () => go({ view: 'all', key: null, page: 'search' }) },
          ...(supervises ? [{ id: 'supervise', label: say('nav.supervise'), only: 'narrow' as const, do: () => go({ view: 'all', key: null, page: 'supervise' }) }] : []),
          { id: 'help', label: say('nav.help'), hint: '?', do: () => screen.help(true) },
          { id: 'out', label: say('nav.logout'), apart: true, do: () => void leave() },
        ]} />
      <button className="icon-button out" aria-label={say('nav.logout')} title={say('nav.logout')} onClick={() => void leave()}><LogOut aria-hidden /></button>
    </nav>
  );
}

export const initials = (name: string) => name.split(/\s+/).filter(Boolean).map((w) => [...w][0]).slice(0, 2).join('').toUpperCase();
