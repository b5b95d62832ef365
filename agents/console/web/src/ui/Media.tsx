import { useState } from 'react';
import { ChevronLeft, ChevronRight, Download, FileText, Mic } from 'lucide-react';
import { create } from 'zustand';
import type { Entry, Key, Media } from '../protocol.ts';
import { clock, moment } from '../time.ts';
import { useWords } from '../words/index.ts';
import { useDesk } from './context.ts';
import { Dialog } from './Dialog.tsx';

/** The picture that is shown large, by its address. */
const useShown = create<{ key: Key | null; href: string }>(() => ({ key: null, href: '' }));
const show = (key: Key | null, href = '') => useShown.setState({ key, href });

const ours = (href: string) => href.startsWith('/v1/desk/media/');
const unreadable = 'application/x-unreadable';
const isPicture = (m: Media) => shownAs(m) === 'picture';

/** Whether this browser plays the type; phones record in some that it does not. */
const plays = (kind: 'audio' | 'video', type: string): boolean => document.createElement(kind).canPlayType(type) !== '';

/** As what an attachment is shown: a file where the browser does not play it, nothing where it is not ours. */
export function shownAs(m: Media, playing = plays): 'picture' | 'voice' | 'video' | 'file' | '' {
  if (!ours(m.href)) return '';
  if (m.type.startsWith('image/')) return 'picture';
  if (m.type.startsWith('audio/') && playing('audio', m.type)) return 'voice';
  return m.type.startsWith('video/') && playing('video', m.type) ? 'video' : 'file';
}

/** What came with a message: pictures, voice notes, videos, files. */
export function Attachment({ m, e, k, who }: { m: Media; e: Entry; k: Key; who: string }) {
  const say = useWords();
  const [broken, fail] = useState(false);
  const as = shownAs(m);
  if (!as) return null;
  if (m.type === unreadable) return <span className="file"><FileText aria-hidden />{say('media.unreadable')}</span>;
  if (as === 'picture' && !broken) {
    return (
      <button type="button" className="photo" onClick={() => show(k, m.href)} aria-label={say('media.open', { name: who, time: clock(e.at, say) })}>
        <img src={m.href} alt={say('media.photo', { name: who, time: clock(e.at, say) })} loading="lazy" onError={() => fail(true)} />
      </button>
    );
  }
  if (as === 'voice') {
    return <span className="voice"><Mic aria-hidden /><audio src={m.href} controls preload="metadata" aria-label={say('media.voice', { name: who, time: clock(e.at, say) })} /></span>;
  }
  if (as === 'video') return <video src={m.href} controls preload="metadata" aria-label={say('media.video', { name: who, time: clock(e.at, say) })} />;
  return (
    <a className="file" href={m.href} target="_blank" rel="noopener noreferrer">
      {m.type.startsWith('audio/') ? <Mic aria-hidden /> : <FileText aria-hidden />}{broken ? say('media.broken') : say('media.file', { type: m.type || '?' })}
    </a>
  );
}

/** A picture as large as the page, and the ones before and after it. */
export function Lightbox({ k }: { k: Key }) {
  const shown = useShown();
  return shown.key === k ? <Large k={k} href={shown.href} /> : null;
}

function Large({ k, href }: { k: Key; href: string }) {
  const say = useWords();
  const entries = useDesk((s) => s.known.threads[k]?.entries);
  const name = useDesk((s) => s.known.rows[k]?.name);
  const all = (entries ?? []).flatMap((e) => (e.media ?? []).filter(isPicture).map((m) => ({ e, m })));
  const i = Math.max(0, all.findIndex((p) => p.m.href === href));
  const at = all[i];
  if (!at) return null;
  const who = at.e.from === 'customer' ? name || say('thread.customer') : at.e.name || say('thread.agent');
  const go = (by: number) => { const p = all[i + by]; if (p) show(k, p.m.href); };
  return (
    <Dialog title={say('media.large', { name: who, time: moment(at.e.at, say) })} className="lightbox" onClose={() => show(null)}>
      <figure onKeyDown={(e) => {
        const by = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
        if (by) { e.preventDefault(); go(by); }
      }}>
        <img src={at.m.href} alt={at.e.text ? `${say('media.photo', { name: who, time: clock(at.e.at, say) })}${say('app.colon')}${at.e.text}` : say('media.photo', { name: who, time: clock(at.e.at, say) })} />
        <figcaption>
          <button type="button" className="icon-button" aria-label={say('media.before')} aria-disabled={i === 0} onClick={() => go(-1)} autoFocus><ChevronLeft aria-hidden /></button>
          <span aria-live="polite">{say('media.of', { at: i + 1, of: all.length })}</span>
          <button type="button" className="icon-button" aria-label={say('media.after')} aria-disabled={i === all.length - 1} onClick={() => go(1)}><ChevronRight aria-hidden /></button>
          <a className="button" href={at.m.href} download><Download aria-hidden />{say('media.keep')}</a>
        </figcaption>
      </figure>
    </Dialog>
  );
}
