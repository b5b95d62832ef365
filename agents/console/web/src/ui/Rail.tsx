import { Bot, CircleHelp, Inbox, LogOut, MessagesSquare, UserRound } from 'lucide-react';
import { views, type Presence, type View } from '../protocol.ts';
import { useWords } from '../words/index.ts';
import { hashOf, screen, useClient, useDesk, type Place } from './context.ts';
import { Menu } from './Menu.tsx';

const icons: Record<View, typeof Bot> = { mine: UserRound, queue: Inbox, bot: Bot, all: MessagesSquare };

/** The views with their counts, and who one is. */
export function Rail({ place, onOut }: { place: Place; onOut: () => void }) {
  const say = useWords();
  const client = useClient();
  const counts = useDesk((s) => s.counts);
  const me = useDesk((s) => s.me.agent);
  const link = useDesk((s) => s.link);
  const caught = useDesk((s) => s.caught);

  async function leave() {
    await client.setPresence('offline').catch(() => {});
    await client.api.logout().catch(() => {});
    client.stop();
    onOut();
  }

  return (
    <nav className="rail" aria-label={say('nav.label')}>
      <img src="./icon.svg" alt={say('app.name')} width="32" height="32" />
      <ul>
        {views.map((v) => {
          const Icon = icons[v];
          return (
            <li key={v}>
              <a href={hashOf({ view: v, key: null })} aria-current={place.view === v ? 'page' : undefined}>
                <Icon aria-hidden />
                <span>{say(`view.${v}`)}</span>
                <b data-some={counts[v] > 0 || undefined}>{counts[v] > 999 ? '999+' : counts[v]}</b>
              </a>
            </li>
          );
        })}
      </ul>
      <p className="link" data-is={link} role="status"><i aria-hidden /><span>{say(`link.${link}`, link === 'catching_up' ? { n: caught } : {})}</span></p>
      <button className="icon-button" aria-label={say('nav.help')} title={say('nav.help')} onClick={() => screen.help(true)}><CircleHelp aria-hidden /></button>
      <Menu className="me" compact label={`${me.name}. ${say('nav.me', { presence: say(`presence.${me.presence}`) })}`}
        icon={<><span className="initials" data-initials={initials(me.name)} aria-hidden /><i className="presence" data-is={me.presence} aria-hidden /></>}
        items={[
          ...(['online', 'away', 'offline'] as Presence[]).map((p) => ({ id: p, mark: p, label: say(`presence.${p}`), do: () => void client.setPresence(p) })),
          { id: 'out', label: say('nav.logout'), do: () => void leave() },
        ]} />
      <button className="icon-button out" aria-label={say('nav.logout')} title={say('nav.logout')} onClick={() => void leave()}><LogOut aria-hidden /></button>
    </nav>
  );
}

export const initials = (name: string) => name.split(/\s+/).filter(Boolean).map((w) => [...w][0]).slice(0, 2).join('').toUpperCase();
