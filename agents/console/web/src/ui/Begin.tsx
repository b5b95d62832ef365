import { useEffect, useMemo, useRef, useState, type FormEvent } from 'react';
import { Send, TriangleAlert, UserRound, X } from 'lucide-react';
import { Refusal } from '../live/api.ts';
import { keyOf, partsOf, type Conversation, type Key, type Purpose, type Summary } from '../protocol.ts';
import { begin } from '../remote.ts';
import { date, moment } from '../time.ts';
import { uuid } from '../uuid.ts';
import { useWords } from '../words/index.ts';
import { consentTo, isNumber, matching, phoneOf } from './begun.ts';
import { useCombobox } from './combobox.ts';
import { longest } from './Composer.tsx';
import { go, refusalOf, screen, useClient, useDesk, type Begun } from './context.ts';
import { Dialog } from './Dialog.tsx';
import { Meter } from './Meter.tsx';

interface To { key?: Key; phone?: string; name: string }
interface Refused { code: string; next?: string; owner?: string; key?: Key; text: string }

/** The agent says the first word: to whom, why, and what the law says to that. */
export function Begin({ begun }: { begun: Begun }) {
  const say = useWords();
  return (
    <Dialog title={say('begin.title')} className="begin" onClose={() => screen.begin(null)}>
      {(close) => <Form begun={begun} close={close} />}
    </Dialog>
  );
}

function Form({ begun, close }: { begun: Begun; close: () => void }) {
  const say = useWords();
  const client = useClient();
  const brands = useDesk((s) => s.me.brands);
  const agents = useDesk((s) => s.agents);
  const row = useDesk((s) => (begun.key ? s.known.rows[begun.key] : undefined));
  const [to, setTo] = useState<To | null>(() => (begun.key ? { key: begun.key, name: row?.name || row?.phone || say('row.unknown') } : null));
  const [brand, setBrand] = useState(() => (begun.key ? partsOf(begun.key).brand : brands[0]?.id ?? ''));
  const [purpose, setPurpose] = useState<Purpose | ''>(''); // never chosen beforehand
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [refused, refuse] = useState<Refused | null>(null);
  const [detail, setDetail] = useState<Conversation | null>(null);
  const attempt = useRef('');
  const key = to?.key;
  useEffect(() => {
    setDetail(null);
    if (!key) return;
    let here = true;
    client.api.conversation(key).then((r) => { if (here) setDetail(r.conversation); }, () => {});
    return () => { here = false; };
  }, [client, key]);
  useEffect(() => { // another wish is another act
    attempt.current = '';
    refuse(null);
  }, [to, brand, purpose, text]);

  const said = text.trim();
  const ready = !!to && !!purpose && !!said && [...said].length <= longest && !busy;

  async function send(after?: string) {
    if (!ready || !purpose) return;
    setBusy(true);
    refuse(null);
    const id = attempt.current || uuid();
    attempt.current = id;
    try {
      const who = key ? { customer: partsOf(key).customer } : { phone: to.phone };
      const r = await begin(client.api, { id, brand: key ? partsOf(key).brand : brand, ...who, text: said, purpose, ...(after && { after }) });
      screen.toast({ text: after ? say('begin.done.at', { name: r.conversation.name || to.name, time: moment(after, say) }) : say('begin.done', { name: r.conversation.name || to.name }) });
      close();
      go({ view: 'mine', key: keyOf(r.conversation) });
    } catch (err) {
      if (err instanceof Refusal && !err.passing) attempt.current = ''; // that one is answered
      refuse(whyOf(err));
    } finally {
      setBusy(false);
    }
  }

  function whyOf(err: unknown): Refused {
    const names = (id: string) => agents[id]?.name ?? id;
    if (!(err instanceof Refusal) || err.passing) return { code: 'failed', text: refusalOf(err, say, names) };
    const { next, owner } = err.problem as { next?: string; owner?: string };
    const code = err.status === 404 ? 'not_found' : err.code;
    const name = owner ? names(owner) : say('thread.agent');
    const words = code === 'hours' && !next ? 'begin.no.hours.none' : `begin.no.${code}`;
    return { code, next, owner, key, text: say.maybe(words, refusalOf(err, say, names), { name, time: next ? moment(next, say) : '' }) };
  }

  const medium = detail?.medium ?? row?.medium ?? 'sms';
  const consent = detail && consentTo(detail.profile, medium);
  return (
    <form onSubmit={(e: FormEvent) => { e.preventDefault(); void send(); }}>
      {brands.length > 1 && (
        <label className="stacked">{say('begin.brand')}
          <select value={brand} disabled={!!key} onChange={(e) => setBrand(e.target.value)}>{brands.map((b) => <option key={b.id} value={b.id}>{b.name}</option>)}</select>
        </label>
      )}
      {to ? (
        <div className="stacked"><span>{say('begin.to')}</span>
          <p className="chosen"><UserRound aria-hidden /><strong>{to.name}</strong>{to.phone && to.phone !== to.name && <span className="quiet">{to.phone}</span>}
            <button type="button" className="icon-button" aria-label={say('begin.to.change')} title={say('begin.to.change')} onClick={() => setTo(null)}><X aria-hidden /></button></p>
        </div>
      ) : <Recipient brand={brands.length > 1 ? brand : ''} choose={(t) => { setTo(t); if (t.key) setBrand(partsOf(t.key).brand); }} />}
      <fieldset>
        <legend>{say('begin.purpose')}</legend>
        {(['transactional', 'marketing'] as const).map((p) => (
          <label key={p} className="purpose" data-on={purpose === p || undefined}>
            <input type="radio" name="purpose" value={p} checked={purpose === p} onChange={() => setPurpose(p)} required />
            <span>{say(`begin.${p}`)}<small>{say(`begin.${p}.law`)}</small>
              {p === 'marketing' && detail && (
                <small className="consent" data-is={consent?.state ?? 'none'}>
                  {consent ? say(`begin.consent.${consent.state}`, { date: date(consent.at, say) }) : say('begin.consent.none', { medium: say.maybe(`medium.${medium}`, medium) })}
                </small>
              )}
            </span>
          </label>
        ))}
        <p className="quiet">{say('begin.hours')}</p>
      </fieldset>
      <label className="stacked">{say('begin.text')}
        <textarea rows={4} value={text} onChange={(e) => setText(e.target.value)} dir="auto" required />
      </label>
      <Meter text={text} sms={medium === 'sms'} onFix={setText} />
      {refused && (
        <div className="refused" role="alert" ref={(el) => el?.scrollIntoView({ block: 'nearest' })}>
          <TriangleAlert aria-hidden /><p>{refused.text}</p>
          {refused.code === 'hours' && refused.next && <button type="button" className="button" onClick={() => void send(refused.next)}>{say('begin.at', { time: moment(refused.next, say) })}</button>}
          {refused.code === 'owned' && refused.key && <button type="button" className="button" onClick={() => { close(); go({ view: 'all', key: refused.key! }); }}>{say('begin.open')}</button>}
        </div>
      )}
      <footer><button className="button primary" disabled={!ready}><Send aria-hidden />{say(busy ? 'begin.going' : 'begin.go')}</button></footer>
    </form>
  );
}

interface Choice { id: string; label: string; hint: string; to: To }

function Recipient({ brand, choose }: { brand: string; choose: (to: To) => void }) {
  const say = useWords();
  const client = useClient();
  const known = useDesk((s) => s.known.rows);
  const [q, set] = useState('');
  const [far, setFar] = useState<Summary[]>([]);
  const [wrong, setWrong] = useState(false);
  useEffect(() => {
    if (q.trim().length < 2) return setFar([]);
    const ctl = new AbortController();
    const t = setTimeout(() => client.api.conversations('all', { q: q.trim(), limit: 6, signal: ctl.signal }).then((p) => setFar(p.items), () => {}), 180);
    return () => {
      clearTimeout(t);
      ctl.abort();
    };
  }, [client, q]);
  const items = useMemo<Choice[]>(() => {
    if (!q.trim()) return [];
    const phone = phoneOf(q);
    const rows = new Map([...matching(Object.values(known), q), ...far].filter((r) => !brand || r.brand === brand).map((r) => [keyOf(r), r]));
    const list = [...rows].slice(0, 6).map(([key, r]): Choice => {
      const name = r.name || r.phone || say('row.unknown');
      return { id: key, label: name, hint: r.phone, to: { key, name, phone: r.phone } };
    });
    return phone && !list.some((c) => phoneOf(c.hint) === phone) ? [{ id: phone, label: phone, hint: '', to: { phone, name: phone } }, ...list] : list;
  }, [q, known, far, brand, say]);
  const box = useCombobox(items, (c) => choose(c.to));
  return (
    <div className="recipient">
      <label className="stacked">{say('begin.to')}
        <input {...box.input} value={q} data-first maxLength={80} aria-describedby="begin-to" placeholder={say('begin.to.hint')}
          onChange={(e) => { set(e.target.value); setWrong(false); }} onBlur={() => setWrong(!items.length && isNumber(q) && !phoneOf(q))} />
      </label>
      <p id="begin-to" className={wrong ? 'wrong' : 'unseen'} role={wrong ? 'alert' : undefined}>{say(wrong ? 'begin.no.number' : 'begin.to.hint')}</p>
      {items.length > 0 && (
        <div className="options" {...box.listProps} aria-label={say('begin.to.found')}>
          {items.map((c, i) => <div key={c.id} className="option" {...box.option(i)}><UserRound aria-hidden /><span>{c.label}</span><small>{c.hint}</small></div>)}
        </div>
      )}
    </div>
  );
}
