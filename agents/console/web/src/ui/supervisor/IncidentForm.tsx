import { useState, type FormEvent } from 'react';
import { Refusal } from '../../live/api.ts';
import type { Incident, IncidentKind } from '../../protocol.ts';
import { keepIncident } from '../../remote.ts';
import { useWords } from '../../words/index.ts';
import { refusalOf, screen, useClient, useDesk } from '../context.ts';
import { Dialog } from '../Dialog.tsx';

const kinds: IncidentKind[] = ['carrier', 'product', 'intent'];
const longest = 480; // characters in each language: it is said in one message

/** A moment as a field of local time wants it. */
export function localField(at: string | null | undefined): string {
  if (!at) return '';
  const d = new Date(at);
  return new Date(d.getTime() - d.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function IncidentForm({ of, brand, onClose, onKept }: { of: Incident | null; brand: string; onClose: () => void; onKept: () => void }) {
  const say = useWords();
  return (
    <Dialog title={say(of ? 'incident.edit' : 'incident.new')} onClose={onClose}>
      {(close) => <Form of={of} brand={brand} done={() => { onKept(); close(); }} />}
    </Dialog>
  );
}

function Form({ of, brand: asked, done }: { of: Incident | null; brand: string; done: () => void }) {
  const say = useWords();
  const client = useClient();
  const brands = useDesk((s) => s.me.brands);
  const [brand, setBrand] = useState(of?.brand ?? (asked || brands[0]?.id || ''));
  const [kind, setKind] = useState<IncidentKind>(of?.kind ?? 'carrier');
  const [match, setMatch] = useState(of?.match ?? '');
  const [text, setText] = useState<Record<string, string>>(of?.text ?? {});
  const [until, setUntil] = useState(localField(of?.until));
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const languages = brands.find((b) => b.id === brand)?.languages ?? ['fr', 'en'];
  const said = Object.fromEntries(languages.flatMap((l) => (text[l]?.trim() ? [[l, text[l].trim()]] : [])));

  async function keep(e: FormEvent) {
    e.preventDefault();
    const end = until ? new Date(until) : undefined;
    if (end && end.getTime() <= Date.now()) return setProblem(say('incident.past'));
    setBusy(true);
    setProblem('');
    try {
      await keepIncident(client.api, { ...(of && { id: of.id, since: of.since }), brand, kind, match: match.trim(), text: said, ...(end && { until: end.toISOString() }) });
      screen.toast({ text: say('incident.saved') });
      done();
    } catch (err) {
      const why = err instanceof Refusal && !err.passing ? err.problem.detail || refusalOf(err, say, (id) => id) : refusalOf(err, say, (id) => id);
      setProblem(say('incident.refused', { why }));
      setBusy(false);
    }
  }

  return (
    <form onSubmit={(e) => void keep(e)}>
      {brands.length > 1 && (
        <label className="stacked">{say('super.brand')}
          <select value={brand} disabled={!!of} onChange={(e) => setBrand(e.target.value)}>{brands.map((b) => <option key={b.id} value={b.id}>{b.name}</option>)}</select>
        </label>
      )}
      <fieldset>
        <legend>{say('incident.kind')}</legend>
        <div className="choice">
          {kinds.map((k) => <label key={k} data-on={k === kind || undefined}><input type="radio" name="kind" checked={k === kind} onChange={() => setKind(k)} />{say(`incident.kind.${k}`)}</label>)}
        </div>
      </fieldset>
      <label className="stacked">{say('incident.match')}
        <input value={match} required maxLength={100} onChange={(e) => setMatch(e.target.value)} aria-describedby="match-hint" data-first />
        <small id="match-hint" className="quiet">{say(`incident.match.${kind}`)}</small>
      </label>
      {languages.map((l) => (
        <label key={l} className="stacked">{say('incident.text', { language: new Intl.DisplayNames(say.language, { type: 'language' }).of(l) ?? l })}
          <textarea lang={l} rows={2} maxLength={longest} value={text[l] ?? ''} onChange={(e) => setText({ ...text, [l]: e.target.value })} />
        </label>
      ))}
      <label className="stacked">{say('incident.until')}
        <input type="datetime-local" value={until} onChange={(e) => setUntil(e.target.value)} />
      </label>
      <p className="wrong" role="alert">{problem}</p>
      <footer><button className="button primary" disabled={busy || !match.trim() || !Object.keys(said).length}>{say('incident.save')}</button></footer>
    </form>
  );
}
