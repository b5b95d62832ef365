import { useEffect } from 'react';
import { Undo2, X } from 'lucide-react';
import { useSettings } from '../settings.ts';
import { useWords } from '../words/index.ts';
import { useClient, useDesk, usePlace, useScreen, screen } from './context.ts';
import { Customer } from './Customer.tsx';
import { Help } from './Help.tsx';
import { useKeys } from './keys.ts';
import { List } from './List.tsx';
import { Rail } from './Rail.tsx';
import { Thread } from './Thread.tsx';

export function Desk({ onOut }: { onOut: () => void }) {
  const say = useWords();
  const client = useClient();
  const place = usePlace();
  const link = useDesk((s) => s.link);
  const waiting = useDesk((s) => s.counts.queue);
  const { help, panel } = useScreen();
  const shortcuts = useSettings((s) => s.shortcuts);

  useEffect(() => void client.show(place.view), [client, place.view]);
  useEffect(() => {
    client.open(place.key);
    screen.panel(false);
  }, [client, place.key]);
  useEffect(() => { // a lease of 20 s, while somebody is really looking
    const t = setInterval(() => { if (!document.hidden) client.look(); }, 12_000);
    return () => clearInterval(t);
  }, [client]);
  useEffect(() => {
    document.title = `${waiting ? `(${waiting}) ` : ''}${say('app.name')}`;
  }, [waiting, say]);
  useKeys(place, shortcuts);

  return (
    <div className="desk" data-pane={place.key ? 'thread' : 'list'} data-panel={panel || undefined}>
      <a className="skip" href="#thread" onClick={(e) => { e.preventDefault(); document.getElementById('thread')?.focus(); }}>{say('app.skip')}</a>
      <Rail place={place} onOut={onOut} />
      <List place={place} />
      <Thread key={place.key ?? ''} place={place} />
      {place.key && <Customer k={place.key} />}
      {help && <Help />}
      <Toasts />
      {(link === 'reconnecting') && <p className="offline" role="status">{say('link.offline')}</p>}
      <Said />
    </div>
  );
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
          {t.undo && <button className="button" onClick={() => { t.undo!(); screen.dismiss(t.id); }}><Undo2 aria-hidden />{say('app.undo')}</button>}
          <button className="icon-button" aria-label={say('app.close')} onClick={() => screen.dismiss(t.id)}><X aria-hidden /></button>
        </div>
      ))}
    </section>
  );
}
