import { lazy, Suspense, useState } from 'react';
import { Download } from 'lucide-react';
import { reportNames, type Report, type ReportName } from '../../protocol.ts';
import { report } from '../../remote.ts';
import { useWords } from '../../words/index.ts';
import { useClient } from '../context.ts';
import { Bars } from './Bars.tsx';
import { csv, dayField, midnight, shown, titleOf } from './format.ts';
import { useLoaded } from './loaded.ts';
import { Problem } from './Problem.tsx';

const Plots = lazy(() => import('./Plot.tsx').then((m) => ({ default: m.Plots })));
const overTime: ReportName[] = ['volume', 'answers', 'ratings'];
const ranges = [['today', 0], ['7', 6], ['30', 29], ['90', 89]] as const;

/** How it went: a plot, the table behind it, and a file of it. */
export function Reports({ brand }: { brand: string }) {
  const say = useWords();
  const client = useClient();
  const [name, setName] = useState<ReportName>('volume');
  const [from, setFrom] = useState(() => back(6));
  const [to, setTo] = useState(() => back(0));
  const [by, setBy] = useState<'day' | 'hour'>('day');
  const start = midnight(from), end = midnight(to, 1); // the last day is part of it
  const wrong = !start || !end || start >= end;
  const long = !wrong && by === 'hour' && overTime.includes(name) && end.getTime() - start.getTime() > 16.1 * 86_400_000; // the server's bound of rows
  const amiss = wrong || long;
  const { value, failed, again } = useLoaded<Report | null>(
    async (signal) => amiss ? null : report(client.api, name, { brand, from: start!.toISOString(), to: end!.toISOString(), by }, signal),
    [client, brand, name, from, to, by],
  );
  const r = value && value.name === name ? value : null;
  const rows = r?.rows ?? [];
  const timed = r?.columns[0]?.kind === 'time';

  function download() {
    if (!r) return;
    const a = document.createElement('a');
    a.href = URL.createObjectURL(new Blob([csv(r, say, by)], { type: 'text/csv;charset=utf-8' }));
    a.download = `causette-${name}-${from}-${to}.csv`;
    a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 10_000);
  }

  return (
    <>
      <div className="controls">
        <div className="choice" role="radiogroup" aria-label={say('report.which')}>
          {reportNames.map((n) => (
            <label key={n} data-on={n === name || undefined}><input type="radio" name="report" checked={n === name} onChange={() => setName(n)} />{say(`report.${n}`)}</label>
          ))}
        </div>
        <div className="choice" role="group" aria-label={say('report.range')}>
          {ranges.map(([id, days]) => (
            <button key={id} type="button" aria-pressed={from === back(days) && to === back(0)} onClick={() => {
              setFrom(back(days));
              setTo(back(0));
              if (days > 14) setBy('day');
              if (days === 0) setBy('hour');
            }}>{say(`report.range.${id}`)}</button>
          ))}
        </div>
        <label className="control">{say('report.from')}<input type="date" value={from} max={to} onChange={(e) => setFrom(e.target.value)} /></label>
        <label className="control">{say('report.to')}<input type="date" value={to} min={from} onChange={(e) => setTo(e.target.value)} /></label>
        {overTime.includes(name) && (
          <label className="control">{say('report.by')}
            <select value={by} onChange={(e) => setBy(e.target.value as 'day' | 'hour')}>
              {(['day', 'hour'] as const).map((b) => <option key={b} value={b}>{say(`report.by.${b}`)}</option>)}
            </select>
          </label>
        )}
        <button type="button" className="button download" disabled={!rows.length} onClick={download}><Download aria-hidden />{say('report.csv')}</button>
      </div>
      {amiss && <p className="problem" role="alert">{say(wrong ? 'report.order' : 'report.hours')}</p>}
      {!amiss && failed && !r && <Problem again={again} />}
      {!amiss && !failed && !r && <p className="empty" role="status">{say('app.loading')}</p>}
      {r && !rows.length && <p className="empty">{say('report.none')}</p>}
      {r && rows.length > 0 && (
        <>
          <section className="card">
            <h2 className="unseen">{say(`report.${name}`)}</h2>
            {timed ? <Suspense fallback={<p className="empty" role="status">{say('app.loading')}</p>}><Plots report={r} by={by} /></Suspense> : <Bars report={r} />}
          </section>
          <section className="card">
            <div className="table-scroll" tabIndex={0} role="region" aria-label={say(`report.${name}`)}><Table r={r} by={by} /></div>
          </section>
        </>
      )}
    </>
  );
}

const back = (days: number) => {
  const d = new Date();
  d.setDate(d.getDate() - days);
  return dayField(d);
};

function Table({ r, by }: { r: Report; by: 'day' | 'hour' }) {
  const say = useWords();
  const figure = (i: number) => (r.columns[i]!.kind === 'text' || r.columns[i]!.kind === 'time' ? undefined : 'figure');
  return (
    <table>
      <caption className="unseen">{say(`report.${r.name}`)}</caption>
      <thead><tr>{r.columns.map((c, i) => <th key={c.key} scope="col" className={figure(i)}>{titleOf(c, say)}</th>)}</tr></thead>
      <tbody>
        {(r.rows ?? []).map((row, n) => (
          <tr key={n}>
            {r.columns.map((c, i) => (i === 0
              ? <th key={c.key} scope="row">{shown(row[i] ?? null, c, say, by)}</th>
              : <td key={c.key} className={figure(i)}>{shown(row[i] ?? null, c, say, by)}</td>))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
