import { useState, type FormEvent } from 'react';
import { Download, Eraser, Plus } from 'lucide-react';
import { Refusal } from '../../live/api.ts';
import type { PrivacyKind, PrivacyRequest } from '../../protocol.ts';
import { askPrivacy, erase, exported, privacyRequests } from '../../remote.ts';
import { date } from '../../time.ts';
import { useWords, type Speak } from '../../words/index.ts';
import { refusalOf, screen, useClient, useDesk, useNow } from '../context.ts';
import { Dialog } from '../Dialog.tsx';
import { useLoaded } from './loaded.ts';
import { Problem } from './Problem.tsx';

const day = 86_400_000;

/** How many days are left, at the end of the day that it is due: negative when it is late. */
export const daysLeft = (due: string, now: number): number => Math.floor((Date.parse(due) - now) / day);

export function leftOf(due: string, now: number, say: Speak): { words: string; tone: 'calm' | 'warn' | 'bad' } {
  const n = daysLeft(due, now);
  if (n < 0) return { words: say('privacy.late', { n: -n }), tone: 'bad' };
  if (n === 0) return { words: say('privacy.today'), tone: 'bad' };
  return { words: say('privacy.left', { n }), tone: n <= 7 ? 'warn' : 'calm' };
}

/** What people asked of their data, and how long there is. */
export function Privacy({ brand }: { brand: string }) {
  const say = useWords();
  const client = useClient();
  const now = useNow(60_000);
  const brands = useDesk((s) => s.me.brands);
  const [adding, add] = useState(false);
  const [erasing, ask] = useState<PrivacyRequest | null>(null);
  const { value, failed, again } = useLoaded(() => privacyRequests(client.api, brand), [client, brand]);
  const items = value?.items ?? [];
  const nameOf = (r: PrivacyRequest) => r.name || say('privacy.gone');

  async function download(r: PrivacyRequest) {
    try {
      const file = await exported(client.api, r);
      const a = document.createElement('a');
      a.href = URL.createObjectURL(file);
      a.download = `causette-${r.brand}-${r.customer}.json`;
      a.click();
      setTimeout(() => URL.revokeObjectURL(a.href), 10_000);
      screen.toast({ text: say('privacy.downloaded') });
    } catch (err) {
      screen.toast({ text: refusalOf(err, say, (id) => id), bad: true });
    }
    again();
  }

  return (
    <>
      <div className="controls">
        <p className="lead">{say('privacy.lead')}</p>
        <button className="button primary" onClick={() => add(true)}><Plus aria-hidden />{say('privacy.new')}</button>
      </div>
      {failed && !value && <Problem again={again} />}
      {!failed && !value && <p className="empty" role="status">{say('app.loading')}</p>}
      {value && !items.length && <p className="empty">{say('privacy.none')}</p>}
      <ul className="incidents privacy">
        {items.map((r) => {
          const left = leftOf(r.due, now, say);
          return (
            <li key={r.id} className="card" data-tone={r.status === 'done' ? undefined : left.tone}>
              <header>
                <h2>{say('privacy.of', { what: say(`privacy.${r.kind}`), name: nameOf(r) })}</h2>
                {r.status === 'done'
                  ? <span className="badge">{say('privacy.done', { date: date(r.done ?? r.due, say) })}</span>
                  : <span className="badge left" data-tone={left.tone}>{left.words}</span>}
                {brands.length > 1 && <span className="quiet">{brands.find((b) => b.id === r.brand)?.name ?? r.brand}</span>}
                <span className="row-acts">
                  {r.kind === 'export' && r.customer && <button className="button" onClick={() => void download(r)}><Download aria-hidden />{say(r.status === 'done' ? 'privacy.again' : 'privacy.download')}</button>}
                  {r.kind === 'erasure' && r.status === 'open' && <button className="button danger" onClick={() => ask(r)}><Eraser aria-hidden />{say('privacy.erase')}</button>}
                </span>
              </header>
              {r.status === 'running' && <p role="status">{say('privacy.running')}</p>}
              <p className="quiet">{say('privacy.asked', { date: date(r.asked, say), due: date(r.due, say), name: r.by_name || r.by })}</p>
            </li>
          );
        })}
      </ul>
      {adding && <Dialog title={say('privacy.new')} onClose={() => add(false)}>{(close) => <Asking brand={brand} done={() => { again(); close(); }} />}</Dialog>}
      {erasing && <Dialog title={say('privacy.erase.title', { name: nameOf(erasing) })} onClose={() => ask(null)}>{(close) => <Erasing of={erasing} done={() => { again(); close(); }} />}</Dialog>}
    </>
  );
}

function Asking({ brand: asked, done }: { brand: string; done: () => void }) {
  const say = useWords();
  const client = useClient();
  const brands = useDesk((s) => s.me.brands);
  const [brand, setBrand] = useState(asked || brands[0]?.id || '');
  const [kind, setKind] = useState<PrivacyKind>('export');
  const [phone, setPhone] = useState('');
  const [on, setOn] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);

  async function keep(e: FormEvent) {
    e.preventDefault();
    setBusy(true);
    setProblem('');
    try {
      await askPrivacy(client.api, { brand, phone: phone.trim(), kind, ...(on && { asked: new Date(`${on}T12:00`).toISOString() }) });
      screen.toast({ text: say('privacy.saved') });
      done();
    } catch (err) {
      setProblem(err instanceof Refusal && err.status === 404 ? say('privacy.unknown')
        : say('privacy.refused', { why: err instanceof Refusal && !err.passing && err.problem.detail || refusalOf(err, say, (id) => id) }));
      setBusy(false);
    }
  }

  return (
    <form onSubmit={(e) => void keep(e)}>
      {brands.length > 1 && (
        <label className="stacked">{say('super.brand')}
          <select value={brand} onChange={(e) => setBrand(e.target.value)}>{brands.map((b) => <option key={b.id} value={b.id}>{b.name}</option>)}</select>
        </label>
      )}
      <fieldset>
        <legend>{say('privacy.kind')}</legend>
        <div className="choice">
          {(['export', 'erasure'] as const).map((k) => <label key={k} data-on={k === kind || undefined}><input type="radio" name="kind" checked={k === kind} onChange={() => setKind(k)} />{say(`privacy.kind.${k}`)}</label>)}
        </div>
      </fieldset>
      <label className="stacked">{say('privacy.phone')}
        <input type="tel" value={phone} required maxLength={40} onChange={(e) => setPhone(e.target.value)} aria-describedby="privacy-phone" autoComplete="off" data-first />
        <small id="privacy-phone" className="quiet">{say('privacy.phone.hint')}</small>
      </label>
      <label className="stacked">{say('privacy.when')}
        <input type="date" value={on} max={new Date().toISOString().slice(0, 10)} onChange={(e) => setOn(e.target.value)} />
      </label>
      <p className="wrong" role="alert">{problem}</p>
      <footer><button className="button primary" disabled={busy || !phone.trim()}>{say('privacy.save')}</button></footer>
    </form>
  );
}

/** Erases for good: only once the customer's number was typed anew. */
function Erasing({ of: r, done }: { of: PrivacyRequest; done: () => void }) {
  const say = useWords();
  const client = useClient();
  const [phone, setPhone] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);

  async function go(e: FormEvent) {
    e.preventDefault();
    setBusy(true);
    setProblem('');
    try {
      await erase(client.api, r, phone.trim());
      screen.toast({ text: say('privacy.erase.going') });
      done();
    } catch (err) {
      setProblem(err instanceof Refusal && err.status === 422 ? say('privacy.erase.wrong') : say('privacy.refused', { why: refusalOf(err, say, (id) => id) }));
      setBusy(false);
    }
  }

  return (
    <form onSubmit={(e) => void go(e)}>
      <p>{say('privacy.erase.text')}</p>
      <label className="stacked">{say('privacy.erase.phone')}
        <input type="tel" value={phone} required maxLength={40} autoComplete="off" onChange={(e) => setPhone(e.target.value)} data-first />
      </label>
      <p className="wrong" role="alert">{problem}</p>
      <footer><button className="button danger primary" disabled={busy || !phone.trim()}>{say('privacy.erase.go')}</button></footer>
    </form>
  );
}
