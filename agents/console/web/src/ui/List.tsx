import { useEffect, useMemo, useRef, useState } from 'react';
import { ArrowUp, Search, X } from 'lucide-react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { inOrder, isIn } from '../live/state.ts';
import { keyOf, type Key } from '../protocol.ts';
import { useWords } from '../words/index.ts';
import { useClient, useDesk, useNow, type Place } from './context.ts';
import { rows } from './keys.ts';
import { Row } from './Row.tsx';

/** One view's conversations. Nothing moves while the pointer is over it. */
export function List({ place }: { place: Place }) {
  const say = useWords();
  const client = useClient();
  const known = useDesk((s) => s.known.rows);
  const listing = useDesk((s) => s.lists[place.view]);
  const found = useDesk((s) => s.found);
  const me = useDesk((s) => s.me.agent.id);
  const now = useNow();
  const [q, setQ] = useState('');
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);

  useEffect(() => {
    const t = setTimeout(() => void client.find(q), q ? 200 : 0);
    return () => clearTimeout(t);
  }, [client, q]);

  const wanted = useMemo<Key[]>(() => {
    if (found) return found.keys;
    return Object.values(known).filter((r) => isIn(place.view, r, me)).sort((a, b) => inOrder(place.view, a, b)).map(keyOf);
  }, [known, found, place.view, me]);
  const { shown, news, catchUp, hold } = useHeld(wanted, `${place.view} ${found?.q ?? ''}`);
  rows.shown = shown;

  const open = place.key;
  useEffect(() => {
    const i = open ? shown.indexOf(open) : -1;
    if (i >= 0) list.current?.scrollToIndex(i, { align: 'nearest' });
  }, [open]);

  const Title = open ? 'h2' : 'h1'; // the page has one of the first rank
  const busy = found ? found.loading && !found.keys.length : !listing.loaded && !listing.failed;
  const failed = found ? found.failed : listing.failed;
  return (
    <section className="list" role={open ? undefined : 'main'} aria-label={say('list.label')}>
      <header>
        <Title>{say(`view.${place.view}`)}</Title>
        <div className="search">
          <Search aria-hidden />
          <input type="search" value={q} aria-label={say('list.search')} placeholder={say('list.search')}
            onChange={(e) => setQ(e.target.value)} onKeyDown={(e) => { if (e.key === 'Escape') setQ(''); }} />
          {q && <button className="icon-button" aria-label={say('list.clear')} onClick={() => setQ('')}><X aria-hidden /></button>}
        </div>
      </header>
      {news > 0 && (
        <button className="pill" onClick={() => { catchUp(); scroller.current?.scrollTo({ top: 0 }); }}>
          <ArrowUp aria-hidden />{say('list.new', { n: news })}
        </button>
      )}
      <div className="rows" ref={scroller} aria-busy={busy} tabIndex={-1}
        onPointerEnter={(e) => hold(e.pointerType === 'mouse')} onPointerLeave={() => hold(false)}>
        {failed && (
          <div className="empty" role="alert">
            <p>{say('list.failed')}</p>
            <button className="button" onClick={() => found ? void client.find(q) : void client.retryList(place.view)}>{say('app.retry')}</button>
          </div>
        )}
        {!failed && busy && !shown.length && <p className="empty" role="status">{say('app.loading')}</p>}
        {!failed && !busy && !shown.length && <p className="empty">{found ? say('list.none', { q: found.q }) : say(`list.empty.${place.view}`)}</p>}
        <Virtualizer ref={list} as="ul" item="li" scrollRef={scroller} itemSize={92}
          onScroll={(offset) => {
            const el = scroller.current;
            if (el && !found && offset + el.clientHeight > el.scrollHeight - 600) void client.more(place.view);
          }}>
          {shown.map((key) => {
            const row = known[key];
            return row ? (
              <Row key={key} row={row} view={place.view} current={key === open} now={now} />
            ) : <span key={key} />;
          })}
        </Virtualizer>
      </div>
    </section>
  );
}

/** Keeps an order still while it is held, and counts what waits to be shown. */
function useHeld(wanted: Key[], name: string) {
  const [held, hold] = useState(false);
  const [kept, keep] = useState<{ name: string; keys: Key[] }>({ name, keys: wanted });
  const still = held && kept.name === name && kept.keys.length > 0;
  useEffect(() => {
    if (!still) keep({ name, keys: wanted });
  }, [still, name, wanted]);
  const shown = still ? kept.keys : wanted;
  const news = useMemo(() => {
    if (!still) return 0;
    const had = new Set(kept.keys), has = new Set(wanted);
    const before = new Map(kept.keys.filter((k) => has.has(k)).map((k, i) => [k, i]));
    let rank = 0, n = 0;
    for (const k of wanted) if (!had.has(k) || rank++ < before.get(k)!) n++; // new, or further up than it was
    return n;
  }, [still, wanted, kept]);
  return { shown, news, hold, catchUp: () => keep({ name, keys: wanted }) };
}
