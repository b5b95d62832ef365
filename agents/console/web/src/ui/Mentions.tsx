import { useEffect } from 'react';
import { AtSign, CheckCheck } from 'lucide-react';
import { keyOf, type Key } from '../protocol.ts';
import { ago } from '../time.ts';
import { useWords } from '../words/index.ts';
import { hashOf, useClient, useNow, type Place } from './context.ts';
import { rows } from './keys.ts';
import { Splitter } from './Splitter.tsx';
import { loadMentions, markRead, useMentions } from './mentions.ts';

/** Where colleagues named one, beside the conversation that it is about. */
export function Mentions({ place }: { place: Place }) {
  const say = useWords();
  const client = useClient();
  const now = useNow(60_000);
  const { items, unread, next, loaded, loading, failed } = useMentions();
  rows.shown = [...new Set(items.map((m): Key => keyOf(m)))];

  useEffect(() => { // what is looked at is read
    if (!place.key) return;
    for (const m of items) if (!m.read && keyOf(m) === place.key) void markRead(client, m.id);
  }, [client, place.key, items]);

  const Title = place.key ? 'h2' : 'h1';
  return (
    <section className="list" role={place.key ? undefined : 'main'} aria-label={say('mentions.title')}>
      <header>
        <div className="list-title">
          <Title>{say('mentions.title')}</Title>
          {unread > 0 && <span className="badge">{say('nav.unread', { n: unread })}</span>}
          {items.some((m) => !m.read) && (
            <button className="icon-button" aria-label={say('mentions.read_all')} title={say('mentions.read_all')}
              onClick={() => { for (const m of items) if (!m.read) void markRead(client, m.id); }}><CheckCheck aria-hidden /></button>
          )}
        </div>
      </header>
      <div className="rows" aria-busy={loading} tabIndex={-1}>
        {failed && <div className="empty" role="alert"><p>{say('mentions.failed')}</p><button className="button" onClick={() => void loadMentions(client)}>{say('app.retry')}</button></div>}
        {!loaded && !failed && <p className="empty" role="status">{say('app.loading')}</p>}
        {loaded && !items.length && <div className="empty"><AtSign aria-hidden /><p>{say('mentions.empty')}</p></div>}
        <ul>
          {items.map((m) => {
            const key = keyOf(m);
            return (
              <li key={m.id} className="hit-line">
                <a className="row hit" href={hashOf({ ...place, key, at: m.id })} aria-current={place.key === key && place.at === m.id ? 'true' : undefined} data-unread={!m.read || undefined}
                  onClick={() => { if (!m.read) void markRead(client, m.id); }}>
                  <span className="row-top">
                    {!m.read && <i className="dot"><span className="unseen">{say('mentions.new')}</span></i>}
                    <strong>{say('mentions.by', { name: m.by_name || m.by })}</strong>
                    <time dateTime={m.at}>{ago(m.at, now, say)}</time>
                  </span>
                  <span className="hit-text" dir="auto">{m.text}</span>
                  <span className="row-facts">{say('mentions.about', { name: m.name || say('row.unknown') })}</span>
                </a>
              </li>
            );
          })}
        </ul>
        {next && <p className="more"><button className="button" disabled={loading} onClick={() => void loadMentions(client, next)}>{say('mentions.more')}</button></p>}
      </div>
      <Splitter pane="list" />
    </section>
  );
}
