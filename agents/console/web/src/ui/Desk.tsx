import { lazy, Suspense, useEffect, type CSSProperties } from 'react';
import { Undo2, X } from 'lucide-react';
import { keyOf } from '../protocol.ts';
import { useSettings } from '../settings.ts';
import { useWords } from '../words/index.ts';
import { go, useClient, useDesk, usePlace, useScreen, screen } from './context.ts';
import { Alerts } from './Alerts.tsx';
import { Customer } from './Customer.tsx';
import { Begin } from './Begin.tsx';
import { useFollowedChannels } from './channels.ts';
import { Doubt } from './Dialog.tsx';
import { Down } from './Down.tsx';
import { Help } from './Help.tsx';
import { useKeys } from './keys.ts';
import { List } from './List.tsx';
import { Offers } from './Offers.tsx';
import { Mentions } from './Mentions.tsx';
import { followMentions } from './mentions.ts';
import { Palette } from './Palette.tsx';
import { Rail } from './Rail.tsx';
import { SearchPage } from './Search.tsx';
import { Thread } from './Thread.tsx';

const Supervisor = lazy(() => import('./supervisor/Supervisor.tsx')); // few need it, and plots weigh

export function Desk({ onOut }: { onOut: () => void }) {
  const say = useWords();
  const client = useClient();
  const place = usePlace();
  const link = useDesk((s) => s.link);
  const { help, panel, palette, begin } = useScreen();
  const { shortcuts, widths } = useSettings();
  const permissions = useDesk((s) => s.me.permissions);
  const supervising = place.page === 'supervise' && permissions.includes('supervise');

  useEffect(() => { if (!place.page) void client.show(place.view); }, [client, place.view, place.page]);
  useEffect(() => followMentions(client, (m) => screen.toast({
    text: say('mentions.heard', { name: m.by_name || m.by, text: m.text }),
    more: { label: say('mentions.open'), do: () => go({ view: 'all', page: 'mentions', key: keyOf(m), at: m.id }) },
  })), [client, say]);
  usePaletteKey();
  useFollowedChannels();
  useEffect(() => {
    client.open(place.key);
    screen.panel(false);
  }, [client, place.key]);
  useEffect(() => { // a lease of 20 s, while somebody is really looking
    const t = setInterval(() => { if (!document.hidden) client.look(); }, 12_000);
    return () => clearInterval(t);
  }, [client]);
  useKeys(place, shortcuts);

  return (
    <div className="desk" data-pane={supervising ? 'page' : place.key ? 'thread' : 'list'} data-panel={panel || undefined}
      style={{ '--list': `${widths.list}px`, '--customer': `${widths.customer}px` } as CSSProperties}>
      <a className="skip" href="#thread" onClick={(e) => { e.preventDefault(); document.getElementById('thread')?.focus(); }}>{say('app.skip')}</a>
      <Down place={place} />
      {!place.key && <Offers />}
      <Rail place={place} onOut={onOut} />
      {supervising ? (
        <Suspense fallback={<p className="splash" role="status">{say('app.loading')}</p>}><Supervisor place={place} /></Suspense>
      ) : (
        <>
          {place.page === 'search' ? <SearchPage place={place} /> : place.page === 'mentions' ? <Mentions place={place} /> : <List place={place} />}
          <Thread key={place.key ?? ''} place={place} />
          {place.key && <Customer k={place.key} />}
        </>
      )}
      {help && <Help />}
      {palette && <Palette place={place} />}
      {begin && <Begin begun={begin} />}
      <Doubt />
      <Alerts />
      <Toasts />
      {(link === 'reconnecting') && <p className="offline" role="status">{say('link.offline')}</p>}
      <Said />
    </div>
  );
}

/** Ctrl-K, or Cmd-K, wherever one is: it is no letter, so it works while one types. */
function usePaletteKey() {
  useEffect(() => {
    function press(e: KeyboardEvent) {
      if (!(e.ctrlKey || e.metaKey) || e.shiftKey || e.altKey || e.key.toLowerCase() !== 'k') return;
      e.preventDefault();
      const open = useScreen.getState().palette;
      if (open || !document.querySelector('dialog[open]')) screen.palette(!open);
    }
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}

function Said() {
  const said = useScreen((s) => s.said);
  return <p className="unseen" aria-live="polite" aria-atomic="true">{said}</p>;
}

function Toasts() {
  const say = useWords();
  const toasts = useScreen((s) => s.toasts);
  if (!toasts.length) return null;
  return (
    <section className="toasts" aria-label={say('app.toasts')}>
      {toasts.map((t) => (
        <div key={t.id} className="toast" data-bad={t.bad || undefined}>
          <span>{t.text}</span>
          {t.more && <button className="button" onClick={() => { t.more!.do(); screen.dismiss(t.id); }}>{t.more.label}</button>}
          {t.undo && <button className="button" onClick={() => { t.undo!(); screen.dismiss(t.id); }}><Undo2 aria-hidden />{say('app.undo')}</button>}
          <button className="icon-button" aria-label={say('app.close')} onClick={() => screen.dismiss(t.id)}><X aria-hidden /></button>
        </div>
      ))}
    </section>
  );
}
