import { useEffect, useMemo, useRef, useState } from 'react';
import { ArrowUp, ListFilter, MessageSquareQuote, Search, SquarePen, X } from 'lucide-react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { inOrder, isIn } from '../live/state.ts';
import { keyOf, type Key } from '../protocol.ts';
import { useSettings } from '../settings.ts';
import { useWords } from '../words/index.ts';
import { Bulk } from './Bulk.tsx';
import { hashOf, screen, useClient, useDesk, useNow, type Place } from './context.ts';
import { choices, isOn, noFilter, passes, type Filter } from './filter.ts';
import { Filters } from './Filters.tsx';
import { rows } from './keys.ts';
import { Row } from './Row.tsx';
import { Splitter } from './Splitter.tsx';
import { pick, pickNone, usePicking, useSelection } from './selection.ts';

const none: Key[] = [];
const enough = 20; // rows; a filter that leaves fewer makes the list look further
const furthest = 6; // pages that it looks through by itself

/** One view's conversations. Nothing moves while the pointer is over it. */
export function List({ place }: { place: Place }) {
  const say = useWords();
  const client = useClient();
  const known = useDesk((s) => s.known.rows);
  const listing = useDesk((s) => s.lists[place.view]);
  const found = useDesk((s) => s.found);
  const me = useDesk((s) => s.me);
  const agents = useDesk((s) => s.agents);
  const picked = useSelection((s) => s.picked);
  const shortcuts = useSettings((s) => s.shortcuts);
  const now = useNow();
  const [q, setQ] = useState('');
  const [filtering, setFiltering] = useState(false);
  const [filter, setFilter] = useState<Filter>(noFilter);
  const [pages, setPages] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  usePicking(place, shortcuts);

  useEffect(() => {
    const t = setTimeout(() => void client.find(q), q ? 200 : 0);
    return () => clearTimeout(t);
  }, [client, q]);
  useEffect(() => () => { // what is found belongs to this list, and what is chosen too
    setQ('');
    void client.find('');
    pickNone();
  }, [client, place.view]);

  const inView = useMemo(
    () => Object.values(known).filter((r) => isIn(place.view, r, me.agent.id)).sort((a, b) => inOrder(place.view, a, b)),
    [known, place.view, me.agent.id],
  );
  const wanted = useMemo<Key[]>(() => {
    const all = found ? found.keys.flatMap((k) => known[k] ?? []) : inView;
    return (isOn(filter) ? all.filter((r) => passes(r, filter)) : all).map(keyOf);
  }, [known, found, inView, filter]);
  const { teams, tags } = useMemo(() => choices(inView, Object.values(agents), filter), [inView, agents, filter]);
  const filterable = me.brands.length > 1 || teams.length > 0 || tags.length > 0;
  const { shown, news, catchUp, hold } = useHeld(wanted, `${place.view} ${found?.q ?? ''} ${JSON.stringify(filter)}`);
  rows.shown = shown;

  const open = place.key;
  useEffect(() => {
    const i = open ? shown.indexOf(open) : -1;
    if (i >= 0) list.current?.scrollToIndex(i, { align: 'nearest' });
  }, [open]);
  useEffect(() => setPages(0), [filter, place.view]);
  useEffect(() => { // a filter may leave little of a page
    if (!isOn(filter) || found || wanted.length >= enough || !listing.next || listing.loading || pages >= furthest) return;
    setPages(pages + 1);
    void client.more(place.view);
  }, [client, filter, found, wanted.length, listing, pages, place.view]);

  const Title = open ? 'h2' : 'h1'; // the page has one of the first rank
  const busy = found ? found.loading && !found.keys.length : !listing.loaded && !listing.failed;
  const failed = found ? found.failed : listing.failed;
  const filtered = isOn(filter) && !found;
  return (
    <section className="list" role={open ? undefined : 'main'} aria-label={say('list.label')} data-picking={picked.size > 0 || undefined}>
      <header>
        <div className="list-title">
          <Title>{say(`view.${place.view}`)}</Title>
          {filterable && (
            <button className="icon-button" aria-label={say('filter.label')} title={say('filter.label')} aria-expanded={filtering} data-on={isOn(filter) || undefined}
              onClick={() => { if (filtering) setFilter(noFilter); setFiltering(!filtering); }}><ListFilter aria-hidden /></button>
          )}
          {me.permissions.includes('begin') && <button className="icon-button" aria-label={say('nav.begin')} title={say('nav.begin')} onClick={() => screen.begin({})}><SquarePen aria-hidden /></button>}
        </div>
        <div className="search">
          <Search aria-hidden />
          <input type="search" value={q} aria-label={say('list.search')} placeholder={say('list.search')}
            onChange={(e) => setQ(e.target.value)} onKeyDown={(e) => { if (e.key === 'Escape') setQ(''); }} />
          {q && <button className="icon-button" aria-label={say('list.clear')} onClick={() => setQ('')}><X aria-hidden /></button>}
        </div>
        {q.trim() && (
          <a className="in-messages" href={hashOf({ view: 'all', key: null, page: 'search', q: q.trim() })}>
            <MessageSquareQuote aria-hidden />{say('list.messages', { q: q.trim() })}
          </a>
        )}
        {filtering && <Filters filter={filter} set={setFilter} brands={me.brands} teams={teams} tags={tags} />}
      </header>
      <div className="rows" ref={scroller} aria-busy={busy} tabIndex={-1}
        onPointerEnter={(e) => hold(e.pointerType === 'mouse')} onPointerLeave={() => hold(false)}>
        {news > 0 && (
          <button className="pill" onClick={() => { catchUp(); scroller.current?.scrollTo({ top: 0 }); }}>
            <ArrowUp aria-hidden />{say('list.new', { n: news })}
          </button>
        )}
        {failed && (
          <div className="empty" role="alert">
            <p>{say('list.failed')}</p>
            <button className="button" onClick={() => found ? void client.find(q) : void client.retryList(place.view)}>{say('app.retry')}</button>
          </div>
        )}
        {!failed && busy && !shown.length && <p className="empty" role="status">{say('app.loading')}</p>}
        {!failed && !busy && !shown.length && (
          <div className="empty">
            <p>{isOn(filter) ? say('filter.none') : found ? say('list.none', { q: found.q }) : say(`list.empty.${place.view}`)}</p>
            {filtered && listing.next && <button className="button" onClick={() => void client.more(place.view)} disabled={listing.loading}>{say('filter.more')}</button>}
          </div>
        )}
        <Virtualizer ref={list} as="ul" item="li" scrollRef={scroller} itemSize={92} data={shown}
          onScroll={(offset) => {
            const el = scroller.current;
            if (el && !found && offset + el.clientHeight > el.scrollHeight - 600) void client.more(place.view);
          }}>
          {(key) => {
            const row = known[key];
            return row ? (
              <div key={key} className="line" data-key={key} data-picked={picked.has(key) || undefined}>
                <label className="pick">
                  <input type="checkbox" checked={picked.has(key)} aria-label={say('bulk.pick', { name: row.name || row.phone || say('row.unknown') })}
                    onChange={(e) => pick(key, (e.nativeEvent as MouseEvent).shiftKey)} />
                </label>
                <Row row={row} view={place.view} current={key === open} now={now} />
              </div>
            ) : <span key={key} />;
          }}
        </Virtualizer>
      </div>
      {picked.size > 0 && <Bulk picked={picked.size ? [...picked] : none} shown={shown} />}
      <Splitter pane="list" />
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
