import { useEffect, type ReactNode } from 'react';
import { LogOut, RefreshCw, Undo2 } from 'lucide-react';
import type { Frame, LiveAgent } from '../../protocol.ts';
import { live, logoutAgent, reassign } from '../../remote.ts';
import { ago, clock } from '../../time.ts';
import { useWords } from '../../words/index.ts';
import { refusalOf, screen, useClient, useDesk, useNow } from '../context.ts';
import { reasonOf } from '../Entry.tsx';
import { duration } from './format.ts';
import { useLoaded } from './loaded.ts';
import { Problem } from './Problem.tsx';

const every = 10_000; // the board's own beat
const atMost = 1_500; // frames make it faster, not restless

/** How the desk does now. */
export function LiveBoard({ brand }: { brand: string }) {
  const say = useWords();
  const client = useClient();
  const now = useNow(5_000);
  const { value, failed, loading, again } = useLoaded(() => live(client.api, brand), [client, brand]);

  useEffect(() => {
    let soon: ReturnType<typeof setTimeout> | undefined;
    const beat = setInterval(() => { if (!document.hidden) again(); }, every);
    const ear = (f: Frame) => {
      if (document.hidden || !['conversation', 'agent', 'gone'].includes(f.t)) return;
      soon ??= setTimeout(() => {
        soon = undefined;
        again();
      }, atMost);
    };
    const back = () => { if (!document.hidden) again(); };
    client.ears.add(ear);
    document.addEventListener('visibilitychange', back);
    return () => {
      clearInterval(beat);
      clearTimeout(soon);
      client.ears.delete(ear);
      document.removeEventListener('visibilitychange', back);
    };
  }, [client, again]);

  if (!value) return failed ? <Problem again={again} /> : <p className="empty" role="status">{say('app.loading')}</p>;
  const reasons = value.reasons ?? [];
  const most = Math.max(1, ...reasons.map((r) => r.n));
  const tile = (label: string, what: ReactNode, tone?: 'bad' | 'warn' | false) => <div className="tile" data-tone={tone || undefined}><dt>{label}</dt><dd>{what}</dd></div>;
  return (
    <>
      <p className="as-of">
        {failed && <span className="problem">{say('super.failed')}</span>}
        <span className="quiet">{say('super.as_of', { time: clock(value.as_of, say) })}</span>
        <button className="icon-button" aria-label={say('super.refresh')} title={say('super.refresh')} data-busy={loading || undefined} onClick={again}><RefreshCw aria-hidden /></button>
      </p>
      <dl className="tiles">
        {tile(say('live.waiting'), value.waiting.toLocaleString(say.language))}
        {tile(say('live.wait'), value.wait > 0 ? duration(value.wait, say) : <span className="unknown">{say('live.wait.unknown')}</span>)}
        {tile(say('live.oldest'), value.oldest ? ago(value.oldest, now, say) : <span className="unknown">{say('live.nobody')}</span>)}
        {tile(say('live.breached'), value.breached, value.breached > 0 && 'bad')}
        {tile(say('live.soon'), value.soon, value.soon > 0 && 'warn')}
        {tile(say('live.offered'), value.offered)}
      </dl>
      <section className="card">
        <h2>{say('live.reasons')}</h2>
        {!reasons.length && <p className="quiet">{say('live.reasons.none')}</p>}
        <ul className="bars">
          {reasons.map((r) => (
            <li key={r.reason}><span>{reasonOf(r.reason, say)}</span><i style={{ width: `${(r.n / most) * 100}%` }} aria-hidden /><b>{r.n}</b></li>
          ))}
        </ul>
      </section>
      <section className="card">
        <h2>{say('live.agents')}</h2>
        <Agents list={value.agents ?? []} now={now} changed={again} />
      </section>
    </>
  );
}

const rank = { online: 0, away: 1, offline: 2 };

function Agents({ list, now, changed }: { list: LiveAgent[]; now: number; changed: () => void }) {
  const say = useWords();
  const client = useClient();
  const me = useDesk((s) => s.me);
  const may = (p: string) => me.permissions.includes(p);
  const sorted = [...list].sort((a, b) => rank[a.presence] - rank[b.presence] || b.load - a.load || a.name.localeCompare(b.name));

  async function attempt(does: () => Promise<string>) {
    try {
      screen.toast({ text: await does() });
    } catch (err) {
      screen.toast({ text: refusalOf(err, say, (id) => id), bad: true });
    }
    changed();
  }
  const requeue = (a: LiveAgent) => screen.ask({
    title: say('live.reassign.title', { name: a.name }), text: say('live.reassign.text', { n: a.load }), yes: say('live.reassign'),
    do: () => attempt(async () => say('give_back.done', { n: (await reassign(client.api, a.id)).returned })),
  });
  const signOut = (a: LiveAgent) => screen.ask({
    title: say('live.logout.title', { name: a.name }), text: say('live.logout.text'), yes: say('live.logout'),
    do: () => attempt(async () => {
      await logoutAgent(client.api, a.id);
      return say('live.logout.done', { name: a.name });
    }),
  });

  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={say('live.agents')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{say('live.agent')}</th><th scope="col">{say('live.load')}</th><th scope="col" className="figure">{say('live.held')}</th>
            <th scope="col" className="figure">{say('live.theirs')}</th><th scope="col">{say('live.active')}</th><th scope="col">{say('live.teams')}</th>
            <th scope="col"><span className="unseen">{say('live.acts')}</span></th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((a) => (
            <tr key={a.id}>
              <th scope="row"><span className="who"><i className="presence" data-is={a.presence} aria-hidden />{a.name}<small>{say(`presence.${a.presence}`)}</small></span></th>
              <td>
                <span className="load">
                  {a.capacity > 0 && <meter min={0} max={a.capacity} high={a.capacity - 0.5} value={a.load} aria-hidden />}
                  {a.capacity > 0 ? say('live.load.of', { load: a.load, capacity: a.capacity }) : a.load}
                </span>
              </td>
              <td className="figure">{a.offered}</td>
              <td className="figure">{a.waiting}</td>
              <td>{a.active_at ? ago(a.active_at, now, say) : ''}</td>
              <td className="wrap">{[...a.teams ?? [], ...a.languages ?? []].join(', ')}</td>
              <td className="row-acts">
                {a.load > 0 && (may('assign') || a.id === me.agent.id) && <button className="button" onClick={() => requeue(a)}><Undo2 aria-hidden />{say('live.reassign')}</button>}
                {may('manage_agents') && a.id !== me.agent.id && <button className="button" onClick={() => signOut(a)}><LogOut aria-hidden />{say('live.logout')}</button>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

