import { useEffect, useMemo, useState } from 'react';
import { Api, Refusal } from '../live/api.ts';
import { DeskClient } from '../live/client.ts';
import type { Wire } from '../live/socket.ts';
import type { Me } from '../protocol.ts';
import { useSettings } from '../settings.ts';
import { speak, Words } from '../words/index.ts';
import { Client } from './context.ts';
import { Desk } from './Desk.tsx';
import { Login } from './Login.tsx';

type Session = { is: 'unknown' } | { is: 'out'; over: boolean } | { is: 'unreachable' } | { is: 'in'; me: Me };

function socketAddress(): string {
  const u = new URL('/v1/desk/socket', location.href);
  u.protocol = u.protocol === 'https:' ? 'wss:' : 'ws:';
  return u.href;
}

export function App() {
  const language = useSettings((s) => s.language);
  const say = useMemo(() => speak(language), [language]);
  const [session, set] = useState<Session>({ is: 'unknown' });
  const [api] = useState(() => new Api());

  function begin() {
    set({ is: 'unknown' });
    api.me().then(
      (me) => set({ is: 'in', me }),
      (err) => set(err instanceof Refusal && err.status === 401 ? { is: 'out', over: false } : { is: 'unreachable' }),
    );
  }
  useEffect(() => {
    api.onOver = () => set((s) => ({ is: 'out', over: s.is === 'in' }));
    begin();
  }, []);

  const me = session.is === 'in' ? session.me : null;
  const client = useMemo(
    () => me && new DeskClient(api, me, localStorage, () => new WebSocket(socketAddress()) as Wire, () => set({ is: 'out', over: true })),
    [api, me],
  );
  useEffect(() => {
    if (!client) return;
    const hurry = () => {
      client.socket.hurry();
      client.outbox.flush();
    };
    client.start();
    addEventListener('online', hurry);
    return () => {
      removeEventListener('online', hurry);
      client.stop();
    };
  }, [client]);

  return (
    <Words value={say}>
      {session.is === 'unknown' && <p className="splash" role="status">{say('app.loading')}</p>}
      {session.is === 'unreachable' && (
        <div className="splash" role="alert">
          <p>{say('app.failed')}</p>
          <button className="button primary" onClick={begin}>{say('app.retry')}</button>
        </div>
      )}
      {session.is === 'out' && <Login api={api} over={session.over} onIn={(m) => set({ is: 'in', me: m })} />}
      {client && session.is === 'in' && (
        <Client value={client}><Desk onOut={() => set({ is: 'out', over: false })} /></Client>
      )}
    </Words>
  );
}
