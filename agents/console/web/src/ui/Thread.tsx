import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactElement, type RefObject } from 'react';
import { ArrowDown, MessagesSquare, Trash2 } from 'lucide-react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { come, type Pending } from '../live/outbox.ts';
import { firstUnread, newest as lastSaid } from '../live/read.ts';
import type { Entry, Key } from '../protocol.ts';
import { fates, seconds } from '../prompts.ts';
import { dayOf } from '../time.ts';
import { useWords } from '../words/index.ts';
import { Boundary } from './Boundary.tsx';
import { Composer } from './Composer.tsx';
import { go, screen, useClient, useDesk, useNow, type Place } from './context.ts';
import { Bubble, EventLine } from './Entry.tsx';
import { Head } from './Head.tsx';
import { Lightbox } from './Media.tsx';
import { Offers } from './Offers.tsx';
import { PromptLine, ShownPrompt } from './Prompt.tsx';
import { PendingBubble } from './PendingBubble.tsx';
import { useSeek } from './seek.ts';
import { Splitter } from './Splitter.tsx';

export function Thread({ place }: { place: Place }) {
  const say = useWords();
  const name = useDesk((s) => (place.key ? s.known.rows[place.key]?.name : ''));
  const gone = useDesk((s) => !!place.key && !!s.known.gone[place.key]);
  useEffect(() => { if (gone) screen.say(say('thread.gone')); }, [gone, say]);
  if (gone) {
    return (
      <main className="thread none" id="thread" tabIndex={-1} aria-label={say('thread.gone')}>
        <Trash2 aria-hidden />
        <h1>{say('thread.gone')}</h1>
        <p>{say('thread.gone.lead')}</p>
        <button className="button" onClick={() => go({ ...place, key: null })}>{say('head.back')}</button>
      </main>
    );
  }
  if (!place.key) {
    return (
      <div className="thread none" id="thread" tabIndex={-1} role="region" aria-label={say('thread.pick')}>
        <MessagesSquare aria-hidden />
        <strong>{say('thread.pick')}</strong>
        <p>{say('thread.pick.lead')}</p>
      </div>
    );
  }
  return (
    <main className="thread" id="thread" tabIndex={-1} aria-label={say('thread.label', { name: name || say('row.unknown') })}>
      <Head k={place.key} place={place} />
      <Offers />
      <Boundary><Talk k={place.key} /></Boundary>
      <Boundary><Composer k={place.key} /></Boundary>
      <Splitter pane="customer" />
      <Lightbox k={place.key} />
    </main>
  );
}

const none: Entry[] = [];

function Talk({ k }: { k: Key }) {
  const say = useWords();
  const client = useClient();
  const thread = useDesk((s) => s.known.threads[k]);
  const trouble = useDesk((s) => s.trouble[k]);
  const all = useDesk((s) => s.pending);
  const me = useDesk((s) => s.me.agent.id);
  const today = new Date(useNow(60_000)).toDateString();
  const entries = thread?.entries ?? none;
  const pending = useMemo(() => {
    const own = all.filter((p) => p.key === k);
    const here = come(own, entries, me);
    return own.filter((p) => !here.has(p.act.id));
  }, [all, k, entries, me]);

  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const bottom = useRef(true);
  const top = useRef(0);
  const height = useRef(0);
  const [news, setNews] = useState(0);
  const oldest = useRef<string>(undefined);
  const newest = useRef<Entry>(undefined);
  const line = useLine(k, bottom);
  const opened = useRef(false);

  const items = useMemo(() => lines(entries, pending, Date.parse(today), k, line.above, say), [entries, pending, today, k, line.above, say]);

  // Older entries came in above: what is read stays where it is.
  const shift = oldest.current !== undefined && entries[0]?.id !== oldest.current;
  useEffect(() => { oldest.current = entries[0]?.id; });

  // Opened, it shows where the agent left off.
  useEffect(() => {
    if (!thread?.complete || opened.current) return;
    opened.current = true;
    const i = line.above ? items.findIndex((x) => x.key === unreadKey) : -1;
    const el = scroller.current!;
    if (i < 0 || el.scrollHeight - el.clientHeight < 40) return;
    bottom.current = false;
    list.current?.scrollToIndex(Math.max(0, i - 1), { align: 'start' });
  }, [thread?.complete, line.above, items]);

  useSeek(k, entries, (id) => {
    bottom.current = false;
    list.current?.scrollToIndex(items.findIndex((x) => x.key === id), { align: 'center' });
  });

  // Who reads the end stays at the end, whatever grows: lines that are measured,
  // the composer, a picture that comes in.
  useLayoutEffect(() => {
    const el = scroller.current!;
    const stay = () => { if (bottom.current) el.scrollTop = el.scrollHeight; };
    stay();
    const grows = new ResizeObserver(stay);
    grows.observe(el);
    for (const child of el.children) grows.observe(child);
    return () => grows.disconnect();
  }, [items.length, thread?.complete]);
  useEffect(() => {
    const last = entries.at(-1);
    const was = newest.current;
    newest.current = last;
    if (!was || !last || last.id === was.id) return;
    const after = entries.slice(entries.findIndex((e) => e.id === was.id) + 1);
    const shown = after.findLast((e) => e.type === 'prompt.shown');
    if (shown) screen.say(say('prompt.heard', { text: shown.text ?? '' }));
    const come = after.filter((e) => e.kind === 'message' && e.from === 'customer');
    if (!come.length) return;
    if (!bottom.current) setNews((n) => n + come.length);
    const e = come.at(-1)!;
    screen.say(say('thread.heard', { name: e.name || say('thread.customer'), text: e.text ?? '' }));
  }, [entries, say]);

  const toEnd = () => {
    setNews(0);
    bottom.current = true;
    list.current?.scrollToIndex(items.length - 1, { align: 'end' });
  };

  return (
    <div className="talk">
      <div className="talk-scroll" ref={scroller} tabIndex={0} role="log" aria-live="off" aria-label={say('list.label')} aria-busy={!thread?.complete}>
        {trouble && !entries.length && (
          <div className="empty" role="alert"><p>{say('thread.failed')}</p><button className="button" onClick={() => void client.load(k)}>{say('app.retry')}</button></div>
        )}
        {!thread?.complete && !trouble && <p className="empty" role="status">{say('app.loading')}</p>}
        {thread?.complete && (thread.next
          ? <button className="button older" onClick={() => void client.older(k)}>{say('thread.older')}</button>
          : <p className="start">{say('thread.start')}</p>)}
        <div className="talk-fill" />
        <Virtualizer ref={list} scrollRef={scroller} shift={shift} itemSize={72}
          onScroll={() => {
            const el = scroller.current!;
            const end = el.scrollTop + el.clientHeight > el.scrollHeight - 60;
            if (end) bottom.current = true;
            else if (el.scrollTop < top.current - 1 && el.scrollHeight >= height.current) bottom.current = false; // the reader went up
            top.current = el.scrollTop;
            height.current = el.scrollHeight;
            if (bottom.current && news) setNews(0);
            if (bottom.current) line.seen();
            if (!bottom.current && el.scrollTop < 300) void client.older(k);
          }}>
          {items}
        </Virtualizer>
      </div>
      {news > 0 && <button className="pill down" onClick={toEnd}><ArrowDown aria-hidden />{say('thread.new', { n: news })}</button>}
    </div>
  );
}

const unreadKey = 'unread';

/** The line above what the agent has not read: it stays until they answered, or left. */
function useLine(k: Key, bottom: RefObject<boolean>) {
  const client = useClient();
  const me = useDesk((s) => s.me.agent.id);
  const thread = useDesk((s) => s.known.threads[k]);
  const [above, put] = useState<string>();
  const entries = thread?.entries ?? none;
  const seen = useCallback(() => {
    const { known, open } = client.store.getState();
    const at = lastSaid(known.threads[k]?.entries ?? none);
    if (at && open === k && document.visibilityState === 'visible' && document.hasFocus()) client.read(k, at);
  }, [client, k]);
  const began = useRef(false);
  useLayoutEffect(() => {
    if (!thread?.complete) return;
    const read = client.store.getState().reads[k];
    const first = firstUnread(entries, read);
    const looking = began.current && bottom.current && document.visibilityState === 'visible' && document.hasFocus();
    began.current = true;
    put((old) => {
      const at = old ? entries.findIndex((e) => e.id === old) : -1;
      if (at >= 0 && entries.slice(at).some((e) => e.from === 'agent' && e.agent === me && e.kind !== 'event')) return undefined; // answered
      const done = at >= 0 && entries[at]!.at <= (read ?? '');
      if (old && !done) return old;
      return first && !looking ? first : old;
    });
  }, [client, k, me, entries, thread?.complete]);
  useEffect(() => {
    const t = setTimeout(() => { if (bottom.current) seen(); }, 400); // once it stands on the screen
    const back = () => { if (bottom.current) seen(); };
    addEventListener('focus', back);
    document.addEventListener('visibilitychange', back);
    return () => {
      clearTimeout(t);
      removeEventListener('focus', back);
      document.removeEventListener('visibilitychange', back);
    };
  }, [entries, seen]);
  return { above, seen };
}

/** What the thread shows, line by line: days, entries, what is on its way. */
function lines(entries: Entry[], pending: Pending[], now: number, k: Key, unread: string | undefined, say: ReturnType<typeof useWords>): ReactElement[] {
  const list: ReactElement[] = [];
  const became = fates(entries), again = seconds(entries);
  let day = '';
  let before: Entry | undefined;
  for (const e of entries) {
    if (e.type === 'agent.recalled') continue; // the message itself says it
    const d = new Date(e.at).toDateString();
    if (d !== day) {
      list.push(<h2 key={`day ${e.id}`} className="day"><span>{dayOf(e.at, now, say)}</span></h2>);
      day = d;
      before = undefined;
    }
    if (e.id === unread) {
      list.push(<p key={unreadKey} className="unread-line" role="separator" aria-label={say('thread.unread')}><span>{say('thread.unread')}</span></p>);
      before = undefined;
    }
    if (e.type === 'prompt.shown') list.push(<ShownPrompt key={e.id} e={e} k={k} fate={became[e.data?.prompt ?? '']} />);
    else if (e.kind === 'event' && e.type?.startsWith('prompt.')) list.push(<PromptLine key={e.id} e={e} />);
    else if (e.kind === 'event') list.push(<EventLine key={e.id} e={e} />);
    else list.push(<Bubble key={e.id} e={e} k={k} first={again[e.id]} follows={!!before && before.kind === e.kind && before.from === e.from && before.agent === e.agent} />);
    before = e;
  }
  for (const p of pending) list.push(<PendingBubble key={p.act.id} p={p} />);
  return list;
}
