import { useEffect } from 'react';
import { alertOf, nearlyLate, Once, waitingFor, type Alert } from '../live/alerts.ts';
import { useSettings } from '../settings.ts';
import { useWords } from '../words/index.ts';
import { go, screen, useClient, useDesk, useNow } from './context.ts';
import { Ringer } from './ring.ts';

/** What waits for the agent reaches them: a sound, a word of the system, the title of the tab. */
export function Alerts() {
  const say = useWords();
  const client = useClient();
  const now = useNow(5_000);
  const waiting = useDesk((s) => waitingFor(s.known.rows, s.me.agent.id, now));

  useEffect(() => {
    document.title = `${waiting ? `(${waiting}) ` : ''}${say('app.name')}`;
  }, [waiting, say]);

  useEffect(() => {
    const ringer = new Ringer();
    const once = new Once();
    ringer.start();
    const looking = () => document.visibilityState === 'visible' && document.hasFocus();

    function tell(a: Alert) {
      if (!once.news(a.tag) || !ringer.leads) return;
      const { sound, notify } = useSettings.getState();
      const seen = looking() && client.store.getState().open === a.key;
      if (sound && (a.what !== 'text' || !seen)) ringer.ring(a.what === 'offer');
      if (a.what === 'due') screen.say(say('alert.due', { name: a.name || say('row.unknown') }));
      if (!notify || looking() || !('Notification' in window) || Notification.permission !== 'granted') return;
      const shown = new Notification(say(`alert.${a.what}`, { name: a.name || say('row.unknown') }), { body: a.text, tag: a.tag, icon: './icon.svg' });
      shown.onclick = () => {
        window.focus();
        go({ view: 'mine', key: a.key });
        shown.close();
      };
    }

    const ear = (f: Parameters<typeof alertOf>[0]) => {
      if (client.store.getState().link !== 'live') return; // a replay tells what is old
      const s = client.store.getState();
      const a = alertOf(f, s.known.rows, client.me);
      if (a) tell(a);
    };
    client.ears.add(ear);
    const clock = setInterval(() => nearlyLate(client.store.getState().known.rows, client.me, Date.now()).forEach(tell), 10_000);
    return () => {
      client.ears.delete(ear);
      clearInterval(clock);
      ringer.stop();
    };
  }, [client, say]);
  return null;
}
