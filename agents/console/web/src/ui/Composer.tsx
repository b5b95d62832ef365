import { useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { Clock3, Hand, MessageSquareText, Moon, Send, StickyNote, Zap } from 'lucide-react';
import { at as nameAt, colleagues, fill, inLanguage, mentions, search, slash, valuesOf } from '../compose.ts';
import type { Canned } from '../live/api.ts';
import type { Key, Language, Template } from '../protocol.ts';
import { clock, lasting, localTime } from '../time.ts';
import { speak, useWords } from '../words/index.ts';
import { awake, isNight, morning, nextAt } from '../zone.ts';
import { useActs, usePossible } from './acts.ts';
import { screen, useClient, useDesk, useNow, useScreen, whyNot } from './context.ts';
import { Approved } from './Approved.tsx';
import { Later } from './Later.tsx';
import { Meter } from './Meter.tsx';
import { useRecall } from './recall.ts';
import { takeReturned, useReturned } from './returned.ts';
import { useSuggest, type Choice } from './Suggest.tsx';
import { TemplateForm } from './TemplateForm.tsx';
import { useTemplateChoices, useTemplates } from './templates.ts';

export const longest = 1600; // characters that the carriers take in one message

/** Where one writes to the customer, or a note to the desk; never the one for the other. */
export function Composer({ k }: { k: Key }) {
  const say = useWords();
  const client = useClient();
  const { act, claim } = useActs();
  const now = useNow(20_000);
  const row = useDesk((s) => s.known.rows[k]);
  const detail = useDesk((s) => s.details[k]);
  const me = useDesk((s) => s.me.agent);
  const brands = useDesk((s) => s.me.brands);
  const agents = useDesk((s) => s.agents);
  const canned = useDesk((s) => s.canned);
  const wrote = useDesk((s) => s.known.threads[k]?.entries.findLast((e) => e.kind === 'message' && e.from === 'customer')?.at);
  const { mode, focus } = useScreen();
  const returned = useReturned();
  const newest = useRecall(k);
  const [text, set] = useState(() => client.draft(k));
  const [caret, move] = useState(0);
  const [closed, close] = useState<string | null>(null); // the text at which the list was closed
  const [asked, ask] = useState(false); // the replies were asked for with the button
  const [template, choose] = useState<Template | null>(null);
  const touched = useRef(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const put = useRef<number | null>(null); // where the caret is to stand
  const told = useRef(0);

  useEffect(() => { // the server's draft comes with the conversation, later
    if (!touched.current) set(client.draft(k));
  }, [client, k, detail?.draft]);
  useEffect(() => {
    if (returned.key !== k) return;
    takeReturned(returned.n);
    const next = text.trim() ? `${returned.text}\n${text}` : returned.text;
    put.current = returned.text.length;
    change(next);
  }, [returned, k]);
  useEffect(() => () => useScreen.setState({ mode: 'write' }), []); // a note is begun anew in each conversation
  const before = useRef(focus); // asked for in another conversation
  useEffect(() => {
    if (focus !== before.current) area.current?.focus();
  }, [focus]);
  useLayoutEffect(() => { // as high as its text, within bounds that the style sheet sets
    const el = area.current;
    if (!el) return;
    el.style.height = 'auto';
    el.style.height = `${el.scrollHeight + 2}px`;
    if (put.current !== null) {
      el.setSelectionRange(put.current, put.current);
      move(put.current);
      put.current = null;
    }
  }, [text, mode]);

  const name = row?.name || row?.phone || say('row.unknown');
  const medium = say.maybe(`medium.${row?.medium}`, row?.medium ?? '');
  const may = usePossible(row);
  const note = mode === 'note';
  const window = row?.medium === 'whatsapp' && detail?.window_until ? Date.parse(detail.window_until) - now : undefined;
  const shut = window !== undefined && window <= 0;
  const blocked = !note && !!row && (!may.mine || detail?.can_write === false || shut);
  const why = !may.mine ? may.held ? say('claim.held', { name: may.held }) : say(row?.owner_kind === 'assistant' ? 'write.takeover_first' : 'write.claim_first')
    : detail?.why_not ? whyNot(detail.why_not, say) : say('write.blocked');
  const zone = detail?.profile?.timezone;
  const night = !note && isNight(zone, now) && !awake(wrote, now);
  const latest = row?.medium === 'whatsapp' && detail?.window_until ? Date.parse(detail.window_until) : Infinity;
  const first = night ? nextAt(morning, zone, now) : undefined;
  const dawn = first && first.getTime() < latest ? first : undefined; // later the window is closed: now, or not at all
  const tooLong = [...text].length > longest;
  const empty = !text.trim();

  function change(next: string) {
    touched.current = true;
    set(next);
    client.saveDraft(k, next);
    if (!note && next && Date.now() - told.current > 4_000) { // a lease of 8 s
      told.current = Date.now();
      client.composing(k, true);
    }
  }

  function send(after?: Date) {
    const said = text.trim();
    if (!said || blocked || tooLong) return;
    const named = note ? mentions(said, Object.values(agents).filter((a) => a.id !== me.id)) : [];
    client.write(k, note ? 'note' : 'write', said, { ...(after && { after: after.toISOString() }), ...(named.length && { mentions: named }) });
    change('');
    touched.current = false;
    told.current = 0;
    client.composing(k, false);
    area.current?.focus();
  }

  // ---- "/" and "@"

  const typed = note ? undefined : slash(text);
  const values = useMemo(() => {
    const brand = brands.find((b) => b.id === row?.brand)?.name ?? '';
    return valuesOf(detail, me, brand, speak(row?.language === 'en' ? 'en' : 'fr' satisfies Language));
  }, [detail, me, brands, row?.brand, row?.language]);
  const choosing = !blocked && !note && !template && (typed !== undefined && closed !== text || asked);
  const offered = useTemplates(k, choosing, row?.version);
  const ready = useMemo(() => search(canned, typed ?? '').map((c) => choiceOf(c)), [canned, typed, values, row?.language, say]);
  const sayable = useTemplateChoices(offered, typed ?? '', false);
  const replies = useSuggest({
    open: choosing, label: say('write.ready'), none: say(offered === 'loading' ? 'template.loading' : 'write.canned.none'),
    choices: useMemo(() => [...ready, ...sayable], [ready, sayable]),
    onPick: (c) => {
      const t = sayable.find((x) => x.id === c.id)?.template;
      if (t) take(t);
      else insert(c.preview ?? '');
    },
    onClose: () => { close(text); ask(false); },
  });
  function take(t: Template) {
    ask(false);
    if (typed !== undefined) change(''); // what was typed looked for it
    choose(t);
  }
  function leave() {
    choose(null);
    requestAnimationFrame(() => area.current?.focus());
  }
  function choiceOf(c: Canned): Choice {
    const filled = fill(inLanguage(c, row?.language), values);
    const names = filled.missing.map((m) => say.maybe(`blank.${m}`, m)).join(', ');
    return { id: c.id, label: c.title, hint: filled.text, preview: filled.text, tag: say('canned.mark'), blocked: names ? say('write.canned.missing', { names }) : undefined };
  }
  function insert(reply: string) {
    const before = typed !== undefined || empty ? '' : `${text.trimEnd()} `;
    ask(false);
    put.current = before.length + reply.length;
    change(before + reply);
    area.current?.focus();
  }

  const naming = note ? nameAt(text, caret) : undefined;
  const people = useSuggest({
    open: !!naming && closed !== text,
    label: say('write.mention'), none: say('write.mention.none'),
    choices: useMemo(() => (naming ? colleagues(Object.values(agents), naming.typed, me.id) : [])
      .map((a) => ({ id: a.id, label: a.name, mark: a.presence, hint: say(`presence.${a.presence}`) })), [agents, naming?.typed, me.id, say]),
    onPick: (c) => {
      const head = `${text.slice(0, naming!.from)}@${c.label} `;
      put.current = head.length;
      change(head + text.slice(caret));
    },
    onClose: () => close(text),
  });
  const list = note ? people : replies;

  function keys(e: KeyboardEvent<HTMLTextAreaElement>) {
    if (list.keys(e)) return;
    const undo = e.key === 'z' && (e.ctrlKey || e.metaKey) && !e.shiftKey;
    if (e.key === 'Enter' && !e.shiftKey && !e.nativeEvent.isComposing) {
      e.preventDefault();
      send(dawn);
    } else if ((e.key === 'Escape' || undo && empty) && newest.can()) {
      e.preventDefault();
      newest.recall();
    } else if (e.key === 'Escape') area.current?.blur();
  }

  return (
    <form className="composer" data-mode={mode} onSubmit={(e) => { e.preventDefault(); send(dawn); }}>
      <div className="modes" role="radiogroup" aria-label={say('write.mode')}>
        {(['write', 'note'] as const).map((m) => (
          <label key={m} data-on={mode === m || undefined}>
            <input type="radio" name="mode" checked={mode === m} onChange={() => screen.compose(m)} />
            {m === 'write' ? <MessageSquareText aria-hidden /> : <StickyNote aria-hidden />}{say(m === 'write' ? 'write.reply' : 'write.note')}
          </label>
        ))}
        <span className="hint">{note ? say('write.note.hint') : say('write.reply.hint', { medium })}</span>
      </div>
      {may.mine && !note && detail?.profile?.suspended && (
        <div className="doubt" role="group" aria-label={say('doubt.title')}>
          <p>{say('doubt.title')}</p>
          <button type="button" className="button" onClick={() => void act(k, 'unsubscribe')}>{say('doubt.stop')}</button>
          <button type="button" className="button" onClick={() => void act(k, 'keep')}>{say('doubt.keep')}</button>
        </div>
      )}
      {!note && !blocked && window !== undefined && (
        <p className="window" data-is={window < 3_600_000 ? 'soon' : 'open'}><Clock3 aria-hidden />{say('window.left', { time: lasting(window, say) })}</p>
      )}
      {dawn && !blocked && (
        <p className="night"><Moon aria-hidden />{say('night.lead', { time: localTime(zone, now, say) ?? '', name, at: clock(dawn.toISOString(), say) })}</p>
      )}
      {shut && may.mine && !note && row ? <Approved key={k} k={k} version={row.version} /> : blocked ? (
        <div className="blocked">
          <p>{why}</p>
          {!may.mine && may.claim && <button type="button" className="button primary" onClick={() => void Promise.resolve(claim(k)).then((done) => { if (done) screen.compose('write'); })}><Hand aria-hidden />{may.claim}</button>}
        </div>
      ) : template && !note ? (
        <TemplateForm key={template.name} k={k} t={template} sms={row?.medium === 'sms'} price={detail?.segment_price} onBack={leave} onSent={leave} />
      ) : (
        <>
          {list.element}
          <textarea ref={area} rows={2} value={text} onChange={(e) => { change(e.target.value); move(e.target.selectionStart); ask(false); }}
            onSelect={(e) => move(e.currentTarget.selectionStart)} onKeyDown={keys} aria-describedby="write-keys" dir="auto" {...list.aria}
            aria-label={note ? say('write.note.label') : say('write.reply.label', { name, medium })} placeholder={say(note ? 'write.note.place' : 'write.place.ready')} />
          <div className="composer-foot">
            {!note && (
              <button type="button" className="icon-button" aria-label={say('write.ready')} title={`${say('write.ready')} (/)`} aria-expanded={!!replies.element}
                onClick={() => { close(null); ask(!asked); area.current?.focus(); }}><Zap aria-hidden /></button>
            )}
            {!note && <Meter text={text} sms={row?.medium === 'sms'} price={detail?.segment_price} onFix={change} />}
            {note && <span className="hint meter">{say('write.note.mention')}</span>}
            <span className="hint keys" id="write-keys">{say('write.keys')}</span>
            <div className="send">
              <button className="button primary" disabled={empty || tooLong}>
                {note ? <StickyNote aria-hidden /> : dawn ? <Moon aria-hidden /> : <Send aria-hidden />}
                {note ? say('write.save') : dawn ? say('later.send_at', { time: clock(dawn.toISOString(), say) }) : say('write.send')}
              </button>
              {!note && <Later zone={zone} now={now} latest={latest} night={!!dawn} disabled={empty || tooLong} onSend={send} />}
            </div>
          </div>
        </>
      )}
    </form>
  );
}
