import { useState } from 'react';
import { CircleStop, Megaphone, Pencil } from 'lucide-react';
import type { Incident } from '../../protocol.ts';
import { endIncident, incidents } from '../../remote.ts';
import { moment } from '../../time.ts';
import { useWords } from '../../words/index.ts';
import { refusalOf, screen, useClient, useDesk, useNow } from '../context.ts';
import { IncidentForm } from './IncidentForm.tsx';
import { useLoaded } from './loaded.ts';
import { Problem } from './Problem.tsx';

export const isOn = (i: Incident, now: number) => !i.until || Date.parse(i.until) > now;

/** What the assistant tells everybody whom it concerns, before it hands them over. */
export function Incidents({ brand }: { brand: string }) {
  const say = useWords();
  const client = useClient();
  const now = Math.max(useNow(30_000), Date.now()); // what was just ended has ended
  const agents = useDesk((s) => s.agents);
  const brands = useDesk((s) => s.me.brands);
  const [editing, edit] = useState<Incident | 'new' | null>(null);
  const { value, failed, again } = useLoaded(() => incidents(client.api, brand), [client, brand]);
  const items = value?.items ?? [];

  async function end(i: Incident) {
    try {
      await endIncident(client.api, i);
      screen.toast({ text: say('incident.over') });
    } catch (err) {
      screen.toast({ text: refusalOf(err, say, (id) => id), bad: true });
    }
    again();
  }

  return (
    <>
      <div className="controls">
        <p className="lead">{say('incident.lead')}</p>
        <button className="button primary" onClick={() => edit('new')}><Megaphone aria-hidden />{say('incident.new')}</button>
      </div>
      {failed && !value && <Problem again={again} />}
      {!failed && !value && <p className="empty" role="status">{say('app.loading')}</p>}
      {value && !items.length && <p className="empty">{say('incident.none')}</p>}
      <ul className="incidents">
        {items.map((i) => {
          const on = isOn(i, now);
          return (
            <li key={`${i.brand}/${i.id}`} className="card" data-on={on || undefined}>
              <header>
                <span className="badge" data-on={on || undefined}>{say(on ? 'incident.on' : 'incident.ended')}</span>
                <h2>{say(`incident.kind.${i.kind}`)}{say('app.colon')}{i.match}</h2>
                {brands.length > 1 && <span className="quiet">{brands.find((b) => b.id === i.brand)?.name ?? i.brand}</span>}
                {on && (
                  <span className="row-acts">
                    <button className="button" onClick={() => edit(i)}><Pencil aria-hidden />{say('incident.edit')}</button>
                    <button className="button" onClick={() => screen.ask({ title: say('incident.end.title'), text: say('incident.end.text'), yes: say('incident.end'), do: () => end(i) })}><CircleStop aria-hidden />{say('incident.end')}</button>
                  </span>
                )}
              </header>
              <dl className="said-in">{Object.entries(i.text).map(([l, text]) => <div key={l}><dt lang={l}>{l}</dt><dd lang={l}>{text}</dd></div>)}</dl>
              <p className="quiet">
                {[say('incident.since', { time: moment(i.since, say) }), i.until && say('incident.until.short', { time: moment(i.until, say) }), i.by && say('incident.by', { name: agents[i.by]?.name ?? i.by })].filter(Boolean).join(', ')}
              </p>
            </li>
          );
        })}
      </ul>
      {editing && <IncidentForm of={editing === 'new' ? null : editing} brand={brand} onClose={() => edit(null)} onKept={again} />}
    </>
  );
}
