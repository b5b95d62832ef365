import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { FileText, Send, X } from 'lucide-react';
import type { Key, Price, Reading, Template, Variable } from '../protocol.ts';
import { readTemplate } from '../remote.ts';
import { useWords } from '../words/index.ts';
import { useClient } from './context.ts';
import { Meter } from './Meter.tsx';
import { blankOf, fieldsOf, lacking, outline, titleOf } from './templates.ts';

const pause = 180; // after a key, before it is read anew

/** A template as the customer would read it, and the values that it still needs. */
export function TemplateForm({ k, t, sms, price, onBack, onSent }: {
  k: Key; t: Template; sms: boolean; price?: Price | null; onBack: () => void; onSent: () => void;
}) {
  const say = useWords();
  const client = useClient();
  const fields = fieldsOf(t);
  const [values, set] = useState<Record<string, string>>(() => Object.fromEntries(fields.map((v) => [v.name, v.value])));
  const [reading, setReading] = useState<Reading & { of: string }>({ ...t, of: JSON.stringify(values) });
  const form = useRef<HTMLDivElement>(null);
  const now = JSON.stringify(values);
  const missing = lacking(t, values);
  const current = reading.of === now;

  useEffect(() => {
    if (reading.of === now) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      readTemplate(client.api, k, t.name, given(values), stop.signal).then(
        (r) => setReading({ ...r, of: now }),
        () => { if (!stop.signal.aborted) setReading((r) => ({ ...r, code: 'failed', why: '', of: now })); });
    }, pause);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [client, k, t.name, now]);
  useLayoutEffect(() => { // to what is missing, else to what sends
    (form.current?.querySelector<HTMLElement>('[data-missing]') ?? form.current?.querySelector<HTMLElement>('.primary'))?.focus();
  }, []);

  const why = missing.length ? say('template.missing', { names: missing.map((v) => blankOf(v.name, say)).join(', ') })
    : reading.code === 'failed' ? say('no.failed') : reading.code ? say.maybe(`no.${reading.code}`, say('no.other', { code: reading.code })) : '';
  const ready = current && !missing.length && !reading.code && !!reading.text;

  function keys(e: KeyboardEvent) {
    if (e.nativeEvent.isComposing) return;
    const sends = e.key === 'Enter' && e.target instanceof HTMLInputElement;
    if (!sends && e.key !== 'Escape') return;
    e.preventDefault();
    if (sends) send();
    else onBack();
  }
  function send() {
    if (!ready) return form.current?.querySelector<HTMLElement>('[data-missing]')?.focus();
    client.say(k, t.name, given(values), reading.text);
    onSent();
  }

  return (
    <div ref={form} className="template" role="group" aria-label={say('template.label', { name: titleOf(t, say) })} onKeyDown={keys}>
      <header>
        <FileText aria-hidden /><strong>{titleOf(t, say)}</strong>
        <span className="badge">{say.maybe(`purpose.${t.purpose}`, t.purpose)}</span>
        {t.approved && <span className="badge approved">{say('template.approved')}</span>}
        <button type="button" className="icon-button" aria-label={say('template.back')} title={say('template.back')} onClick={onBack}><X aria-hidden /></button>
      </header>
      {fields.length > 0 && (
        <fieldset>
          <legend className="unseen">{say('template.fields')}</legend>
          {fields.map((v) => <Field key={v.name} v={v} value={values[v.name] ?? ''} onChange={(x) => set({ ...values, [v.name]: x })} />)}
        </fieldset>
      )}
      <figure>
        <figcaption>{say('template.reads', { language: languageOf(t.language, say.language) })}</figcaption>
        <blockquote lang={t.language} data-stale={!current || undefined}>{reading.text || outline(t.source, say)}</blockquote>
      </figure>
      {why && <p className="missing" role="alert">{why}{reading.why && !missing.length && <small lang="en"> {reading.why}</small>}</p>}
      <footer className="composer-foot">
        <Meter text={reading.text} sms={sms} price={price} />
        <div className="send"><button type="button" className="button primary" aria-disabled={!ready || undefined} onClick={send}><Send aria-hidden />{say('write.send')}</button></div>
      </footer>
    </div>
  );
}

/** Without what is empty: a default is said then, or the part in brackets goes. */
const given = (values: Record<string, string>) => Object.fromEntries(Object.entries(values).map(([n, v]) => [n, v.trim()] as const).filter(([, v]) => v));

function Field({ v, value, onChange }: { v: Variable; value: string; onChange: (value: string) => void }) {
  const say = useWords();
  const needed = v.required && !v.default;
  const missing = needed && !value.trim();
  const money = v.filters.includes('money');
  const day = v.filters.includes('date') && (!value || /^\d{4}-\d\d-\d\d$/.test(value));
  const hint = value && value === v.value && v.from && v.from !== 'brand' ? say(`template.from.${v.from}`, { of: v.of })
    : !value && v.default ? say('template.default', { text: v.default }) : !value && money ? say('template.money') : !needed ? say('template.optional') : '';
  return (
    <label className="template-field">
      <span>{blankOf(v.name, say)}{hint && <small>{hint}</small>}</span>
      <input value={value} type={day ? 'date' : 'text'} inputMode={money ? 'decimal' : undefined} maxLength={480} required={needed} dir="auto"
        aria-invalid={missing || undefined} data-missing={missing || undefined} onChange={(e) => onChange(e.target.value)} />
    </label>
  );
}

function languageOf(code: string, language: string): string {
  try {
    return new Intl.DisplayNames(language, { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
}
