import { useEffect, useRef, useState } from 'react';
import { Search as Glass, StickyNote, X } from 'lucide-react';
import { keyOf, type Hit, type Key } from '../protocol.ts';
import { messages } from '../remote.ts';
import { moment } from '../time.ts';
import { useWords } from '../words/index.ts';
import { go, hashOf, useClient, useDesk, type Place } from './context.ts';
import { rows } from './keys.ts';
import { Marked } from './Marked.tsx';
import { Splitter } from './Splitter.tsx';

interface Found { items: Hit[]; next?: string; loading: boolean; failed: boolean }
const nothing: Found = { items: [], loading: false, failed: false };

/** Search in all that was said and noted, beside the conversation that is opened from it. */
export function SearchPage({ place }: { place: Place }) {
  const say = useWords();
  const client = useClient();
  const brands = useDesk((s) => s.me.brands);
  const [text, setText] = useState(place.q ?? '');
  const [brand, setBrand] = useState('');
  const [found, set] = useState<Found>(nothing);
  const input = useRef<HTMLInputElement>(null);
  const q = place.q ?? '';
  rows.shown = [...new Set(found.items.map((h): Key => keyOf(h)))];

  useEffect(() => { if (!place.key) input.current?.focus(); }, []);
  useEffect(() => setText((t) => (t.trim() === q ? t : q)), [q]);
  useEffect(() => { // the address says what is searched for: going back finds it again
    const t = setTimeout(() => {
      if (text.trim() !== q) history.replaceState(null, '', hashOf({ ...place, q: text.trim() })), dispatchEvent(new HashChangeEvent('hashchange'));
    }, 250);
    return () => clearTimeout(t);
  }, [text]);
  useEffect(() => {
    if (!q) return set(nothing);
    const ctl = new AbortController();
    set((f) => ({ ...f, loading: true, failed: false }));
    messages(client.api, { q, brand }, ctl.signal).then(
      (p) => set({ items: p.items ?? [], next: p.next || undefined, loading: false, failed: false }),
      () => { if (!ctl.signal.aborted) set({ ...nothing, failed: true }); },
    );
    return () => ctl.abort();
  }, [client, q, brand]);

  async function more() {
    set((f) => ({ ...f, loading: true }));
    try {
      const p = await messages(client.api, { q, brand, cursor: found.next });
      set((f) => {
        const had = new Set(f.items.map((h) => h.entry.id));
        return { items: [...f.items, ...(p.items ?? []).filter((h) => !had.has(h.entry.id))], next: p.next || undefined, loading: false, failed: false };
      });
    } catch {
      set((f) => ({ ...f, loading: false, failed: true }));
    }
  }

  const Title = place.key ? 'h2' : 'h1';
  return (
    <section className="list" role={place.key ? undefined : 'main'} aria-label={say('search.title')}>
      <header>
        <div className="list-title"><Title>{say('search.title')}</Title></div>
        <div className="search">
          <Glass aria-hidden />
          <input ref={input} type="search" value={text} maxLength={200} aria-label={say('search.label')} placeholder={say('search.label')} onChange={(e) => setText(e.target.value)}
            onKeyDown={(e) => { if (e.key === 'Escape' && text) { e.preventDefault(); setText(''); } }} />
          {text && <button className="icon-button" aria-label={say('list.clear')} onClick={() => { setText(''); input.current?.focus(); }}><X aria-hidden /></button>}
        </div>
        {brands.length > 1 && (
          <div className="filters">
            <label className="filter" data-on={brand ? true : undefined}><span>{say('filter.brand')}</span>
              <select value={brand} onChange={(e) => setBrand(e.target.value)}>
                <option value="">{say('search.brand')}</option>
                {brands.map((b) => <option key={b.id} value={b.id}>{b.name}</option>)}
              </select>
            </label>
          </div>
        )}
      </header>
      <div className="rows" aria-busy={found.loading} tabIndex={-1}>
        {!q && <div className="empty"><Glass aria-hidden /><p>{say('search.lead')}</p></div>}
        {found.failed && <div className="empty" role="alert"><p>{say('search.failed')}</p><button className="button" onClick={() => go({ ...place, q: q })}>{say('app.retry')}</button></div>}
        {q && found.loading && !found.items.length && <p className="empty" role="status">{say('palette.busy')}</p>}
        {q && !found.loading && !found.failed && !found.items.length && <p className="empty" role="status">{say('search.none', { q })}</p>}
        <ul>{found.items.map((h) => <li key={h.entry.id} className="hit-line"><HitRow h={h} q={q} place={place} /></li>)}</ul>
        {found.next && <p className="more"><button className="button" disabled={found.loading} onClick={() => void more()}>{say('search.more')}</button></p>}
      </div>
      <Splitter pane="list" />
    </section>
  );
}

function HitRow({ h, q, place }: { h: Hit; q: string; place: Place }) {
  const say = useWords();
  const agents = useDesk((s) => s.agents);
  const me = useDesk((s) => s.me.agent.id);
  const e = h.entry;
  const who = e.from === 'customer' ? h.name || say('thread.customer') : e.from === 'assistant' ? say('thread.assistant')
    : e.agent === me ? say('thread.you') : e.name || (e.agent && agents[e.agent]?.name) || say('thread.agent');
  return (
    <a className="row hit" href={hashOf({ ...place, key: keyOf(h), at: e.id })} aria-current={place.at === e.id ? 'true' : undefined}>
      <span className="row-top"><strong>{h.name || say('row.unknown')}</strong><time dateTime={e.at}>{moment(e.at, say)}</time></span>
      <span className="hit-text" dir="auto"><Marked text={e.text ?? ''} q={q} /></span>
      <span className="row-facts">{e.kind === 'note' && <span className="badge note"><StickyNote aria-hidden />{say('search.note')}</span>}{who}</span>
    </a>
  );
}
