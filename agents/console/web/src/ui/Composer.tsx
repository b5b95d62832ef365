import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { Hand, MessageSquareText, Send, StickyNote } from 'lucide-react';
import type { Key } from '../protocol.ts';
import { useWords } from '../words/index.ts';
import { possible, useActs } from './acts.ts';
import { screen, useClient, useDesk, useScreen, whyNot } from './context.ts';
import { Meter } from './Meter.tsx';
import { Menu } from './Menu.tsx';

export const longest = 1600; // characters that the carriers take in one message

/** Where one writes to the customer, or a note to the desk; never the one for the other. */
export function Composer({ k }: { k: Key }) {
  const say = useWords();
  const client = useClient();
  const { act } = useActs();
  const row = useDesk((s) => s.known.rows[k]);
  const detail = useDesk((s) => s.details[k]);
  const me = useDesk((s) => s.me.agent);
  const canned = useDesk((s) => s.canned);
  const pending = useDesk((s) => s.pending);
  const { mode, focus } = useScreen();
  const [text, set] = useState(() => client.draft(k));
  const touched = useRef(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const told = useRef(0);

  useEffect(() => { // the server's draft comes with the conversation, later
    if (!touched.current) set(client.draft(k));
  }, [client, k, detail?.draft, pending.length]);
  useEffect(() => {
    if (focus) area.current?.focus();
  }, [focus]);
  useEffect(() => { // as high as its text, within bounds that the style sheet sets
    const el = area.current;
    if (!el) return;
    el.style.height = 'auto';
    el.style.height = `${el.scrollHeight + 2}px`;
  }, [text, mode]);

  const name = row?.name || row?.phone || say('row.unknown');
  const medium = say.maybe(`medium.${row?.medium}`, row?.medium ?? '');
  const { mine } = possible(row, me.id);
  const note = mode === 'note';
  const blocked = !note && !!row && (!mine || detail?.can_write === false);
  const why = !mine ? say(row?.owner_kind === 'assistant' ? 'write.takeover_first' : 'write.claim_first')
    : detail?.why_not ? whyNot(detail.why_not, say) : say('write.blocked');

  function change(next: string) {
    touched.current = true;
    set(next);
    client.saveDraft(k, next);
    if (!note && next && Date.now() - told.current > 4_000) { // a lease of 8 s
      told.current = Date.now();
      client.composing(k, true);
    }
  }

  function send() {
    const said = text.trim();
    if (!said || blocked || [...said].length > longest) return;
    client.write(k, note ? 'note' : 'write', said);
    change('');
    touched.current = false;
    told.current = 0;
    client.composing(k, false);
    area.current?.focus();
  }

  function keys(e: KeyboardEvent) {
    if (e.key === 'Enter' && !e.shiftKey && !e.nativeEvent.isComposing) {
      e.preventDefault();
      send();
    } else if (e.key === 'Escape') area.current?.blur();
  }

  return (
    <form className="composer" data-mode={mode} onSubmit={(e) => { e.preventDefault(); send(); }}>
      <div className="modes" role="radiogroup" aria-label={say('write.mode')}>
        {(['write', 'note'] as const).map((m) => (
          <label key={m} data-on={mode === m || undefined}>
            <input type="radio" name="mode" checked={mode === m} onChange={() => screen.compose(m)} />
            {m === 'write' ? <MessageSquareText aria-hidden /> : <StickyNote aria-hidden />}{say(m === 'write' ? 'write.reply' : 'write.note')}
          </label>
        ))}
        <span className="hint">{note ? say('write.note.hint') : say('write.reply.hint', { medium })}</span>
      </div>
      {mine && detail?.profile?.suspended && (
        <div className="doubt" role="group" aria-label={say('doubt.title')}>
          <p>{say('doubt.title')}</p>
          <button type="button" className="button" onClick={() => void act(k, 'unsubscribe')}>{say('doubt.stop')}</button>
          <button type="button" className="button" onClick={() => void act(k, 'keep')}>{say('doubt.keep')}</button>
        </div>
      )}
      {blocked ? (
        <div className="blocked">
          <p>{why}</p>
          {!mine && <button type="button" className="button primary" onClick={() => void act(k, 'claim')}><Hand aria-hidden />{say(row?.owner_kind === 'assistant' ? 'act.takeover' : 'act.claim')}</button>}
        </div>
      ) : (
        <>
          <textarea ref={area} rows={2} value={text} onChange={(e) => change(e.target.value)} onKeyDown={keys} aria-describedby="write-keys" dir="auto"
            aria-label={note ? say('write.note.label') : say('write.reply.label', { name, medium })} />
          <div className="composer-foot">
            {!note && canned.length > 0 && (
              <Menu className="icon-button" compact label={say('write.canned')} icon={<MessageSquareText aria-hidden />}
                items={canned.map((c) => {
                  const filled = fill(c.text[row?.language === 'en' ? 'en' : 'fr'] ?? c.text.fr ?? c.text.en ?? '', { name: detail?.profile?.first, agent: me.name.split(' ')[0] });
                  return {
                    id: c.id, label: c.title, disabled: filled.missing.length > 0,
                    hint: filled.missing.length ? say('write.canned.missing', { names: filled.missing.join(', ') }) : filled.text,
                    do: () => { change(text ? `${text.trimEnd()} ${filled.text}` : filled.text); area.current?.focus(); },
                  };
                })} />
            )}
            {!note && <Meter text={text} sms={row?.medium === 'sms'} onFix={change} />}
            <span className="hint keys" id="write-keys">{say('write.keys')}</span>
            <button className="button primary send" disabled={!text.trim() || [...text].length > longest}>
              {note ? <StickyNote aria-hidden /> : <Send aria-hidden />}{say(note ? 'write.save' : 'write.send')}
            </button>
          </div>
        </>
      )}
    </form>
  );
}

/** Fills {variables}; what is missing blocks the reply rather than being sent as a hole. */
export function fill(text: string, values: Record<string, string | undefined>): { text: string; missing: string[] } {
  const missing: string[] = [];
  const filled = text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const v = values[name];
    if (!v) missing.push(name);
    return v || whole;
  });
  return { text: filled, missing };
}
