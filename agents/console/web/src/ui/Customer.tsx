import { useState, type FormEvent, type ReactNode } from 'react';
import { Crown, ExternalLink, X } from 'lucide-react';
import { addressOf } from '../linkify.ts';
import type { Key, Line } from '../protocol.ts';
import { ago, date, localTime, money } from '../time.ts';
import { useWords } from '../words/index.ts';
import { useActs } from './acts.ts';
import { Boundary } from './Boundary.tsx';
import { screen, useDesk, useNow } from './context.ts';
import { reasonOf, Stars } from './Entry.tsx';
import { WaitingPrompts } from './Prompt.tsx';
import { Proof } from './Proof.tsx';

/** What is known of the customer; a drawer where there is no room beside. */
export function Customer({ k }: { k: Key }) {
  return <Boundary><Panel k={k} /></Boundary>;
}

function Panel({ k }: { k: Key }) {
  const say = useWords();
  const now = useNow(30_000);
  const c = useDesk((s) => s.details[k]);
  const row = useDesk((s) => s.known.rows[k]);
  const p = c?.profile ?? {};
  const name = row?.name || row?.phone || say('row.unknown');
  const [proving, prove] = useState(false);
  const there = localTime(p.timezone, now, say);
  return (
    <aside className="customer" aria-label={say('who.label')} onKeyDown={(e) => { if (e.key === 'Escape') screen.panel(false); }}>
      <header>
        <div>
          <h2>{name}</h2>
          {(p.vip || row?.vip) && <span className="badge vip"><Crown aria-hidden />{say('row.vip')}</span>}
        </div>
        <button className="icon-button close-customer" aria-label={say('app.close')} onClick={() => screen.panel(false)}><X aria-hidden /></button>
      </header>
      {!c && <p className="empty" role="status">{say('app.loading')}</p>}
      {!!row?.rating && <p className="rated"><Stars n={row.rating} /></p>}
      {p.suspended && (
        <div className="warning doubtful">
          <p>{say('doubt.title')}</p>
        </div>
      )}
      {(c?.silenced || row?.silenced) && <p className="warning">{say('who.silenced')}</p>}
      {c?.desk?.reason && (
        <Part title={say('who.why')}>
          <p className="reason" data-priority={c.desk.priority}><strong>{reasonOf(c.desk.reason, say)}</strong></p>
          {c.desk.inputs && <Why of={c.desk.inputs} />}
        </Part>
      )}
      {c && (
        <dl className="figures">
          {p.value?.currency && <div><dt>{say('who.value')}</dt><dd>{money(p.value, say)}</dd></div>}
          {typeof p.points === 'number' && <div><dt>{say('who.points')}</dt><dd>{p.points.toLocaleString(say.language)}</dd></div>}
          {there && <div><dt>{say('who.time')}</dt><dd>{there}</dd></div>}
        </dl>
      )}
      {!!c?.prompts?.length && <Part title={say('who.prompts')}><WaitingPrompts list={c.prompts} /></Part>}
      {c && (
        <Part title={say('who.cart')} aside={p.cart ? money(p.cart.total, say) : ''}>
          {p.cart?.lines?.length ? <Lines of={p.cart.lines} /> : <p className="quiet">{say('who.cart.none')}</p>}
          {p.cart && <p className="quiet">{say('who.cart.updated', { time: ago(p.cart.updated, now, say) })} <Out to={p.cart.link}>{say('who.cart.open')}</Out></p>}
        </Part>
      )}
      {c && (
        <Part title={say('who.orders')}>
          {!p.orders?.length && <p className="quiet">{say('who.orders.none')}</p>}
          {p.orders?.map((o) => (
            <details key={o.id} className="order">
              <summary><span>{o.number}</span><span className="badge">{say.maybe(`order.${o.status}`, o.status)}</span><b>{money(o.total, say)}</b></summary>
              <p className="quiet">{date(o.placed, say)}{o.expected && `, ${say('who.expected', { date: date(o.expected, say) })}`}</p>
              {o.lines && <Lines of={o.lines} />}
              <p><Out to={o.tracking}>{say('who.tracking')}</Out> <Out to={o.invoice}>{say('who.invoice')}</Out></p>
            </details>
          ))}
        </Part>
      )}
      {!!p.returns?.length && (
        <Part title={say('who.returns')}>
          <ul className="plain-list">{p.returns.map((r) => <li key={r.id}>{say('who.return', { order: r.order })} <span className="badge">{say.maybe(`return.${r.status}`, r.status)}</span> <span className="quiet">{date(r.changed, say)}</span></li>)}</ul>
        </Part>
      )}
      {c && (
        <Part title={say('who.consents')}>
          {!p.consents?.length && <p className="quiet">{say('who.consents.none')}</p>}
          <ul className="plain-list">
            {p.consents?.map((s) => (
              <li key={s.medium + s.purpose}>
                <span className="consent" data-is={s.state}>{say.maybe(`purpose.${s.purpose}`, s.purpose)}, {say.maybe(`medium.${s.medium}`, s.medium)}{say('app.colon')}<b>{say(`who.consent.${s.state}`)}</b></span>
                <span className="quiet">{date(s.at, say)}{s.source && `, ${say.maybe(`source.${s.source}`, s.source)}`}</span>
                {s.wording && <q className="quiet">{s.wording}</q>}
              </li>
            ))}
          </ul>
          <button type="button" className="plain" onClick={() => prove(true)}>{say('proof.open')}</button>
        </Part>
      )}
      {proving && <Proof k={k} name={name} onClose={() => prove(false)} />}
      {c && <Part title={say('who.tags')}><Tags k={k} tags={c.desk?.tags ?? []} theirs={p.tags ?? []} /></Part>}
      {!!c?.questions?.length && (
        <Part title={say('who.questions')}><ul className="plain-list">{c.questions.map((q) => <li key={q.id}>{q.subject || q.name} <span className="quiet">{ago(q.asked_at, now, say)}</span></li>)}</ul></Part>
      )}
      {p.preferences && Object.keys(p.preferences).length > 0 && <Part title={say('who.preferences')}><Facts of={Object.entries(p.preferences)} /></Part>}
      {c && (
        <Part title={say('who.about')}>
          <Facts of={[
            [say('who.phone'), c.phone], [say('who.email'), p.email],
            [say('who.language'), named('language', p.language || c.language, say.language)], [say('who.country'), named('region', p.country, say.language)],
          ]} />
        </Part>
      )}
    </aside>
  );
}

// Both amounts are written the same way, with their cents.
const digits = (money: string) => Number(money.replace(/\D/g, ''));

/** What the rule looked at, in sentences. */
function Why({ of }: { of: Record<string, string> }) {
  const say = useWords();
  const { rule, vip, cart, cart_bound: bound, misses, words, ...rest } = of;
  const n = Number(misses);
  const why = of[`why.${say.language}`] ?? Object.entries(of).find(([name]) => name.startsWith('why.'))?.[1];
  const facts = Object.entries(rest).filter(([name]) => !name.startsWith('why.'));
  if (why) {
    return (
      <div className="why">
        <p>{why}</p>
        {rule && <p className="quiet">{say('why.rule', { rule })}</p>}
      </div>
    );
  }
  return (
    <div className="why">
      {words && <p>{say('why.words', { words })}</p>}
      {vip && <p>{say('why.vip')}</p>}
      {cart && bound && <p>{say(digits(cart) >= digits(bound) ? 'why.cart' : 'why.cart.below', { cart, bound })}</p>}
      {n > 0 && <p>{say('why.misses', { n })}</p>}
      <Facts of={facts.map(([n, v]) => [say.maybe(`input.${n}`, n.replaceAll('_', ' ')), v === 'yes' ? say('input.yes') : v])} />
      {rule && <p className="quiet">{say('why.rule', { rule })}</p>}
    </div>
  );
}

function Part({ title, aside, children }: { title: string; aside?: string; children: ReactNode }) {
  return <section><h3>{title}{aside && <span>{aside}</span>}</h3>{children}</section>;
}

function Facts({ of }: { of: [string, string | undefined][] }) {
  return <dl className="facts">{of.filter(([, v]) => v).map(([n, v]) => <div key={n}><dt>{n}</dt><dd>{v}</dd></div>)}</dl>;
}

function Lines({ of }: { of: Line[] }) {
  const say = useWords();
  return (
    <ul className="lines">
      {of.map((l) => (
        <li key={l.sku}>
          <span>{l.quantity} × {l.name}{l.out_of_stock && <em>{say('who.out')}</em>}</span>
          <span>{money({ ...l.price, amount: l.price.amount * l.quantity }, say)}</span>
        </li>
      ))}
    </ul>
  );
}

function Out({ to, children }: { to?: string; children: ReactNode }) {
  const href = addressOf(to);
  return href ? <a href={href} target="_blank" rel="noopener noreferrer">{children}<ExternalLink aria-hidden /></a> : null;
}

function Tags({ k, tags, theirs }: { k: Key; tags: string[]; theirs: string[] }) {
  const say = useWords();
  const { act } = useActs();
  const [text, set] = useState('');
  function add(e: FormEvent) {
    e.preventDefault();
    const tag = text.trim();
    if (!tag || tags.includes(tag)) return;
    set('');
    void act(k, 'tag', { tags: [...tags, tag] }, true);
  }
  return (
    <>
      <ul className="tags">
        {tags.map((t) => (
          <li key={t}>{t}<button aria-label={say('who.tags.remove', { tag: t })} onClick={() => void act(k, 'tag', { tags: tags.filter((x) => x !== t) }, true)}><X aria-hidden /></button></li>
        ))}
      </ul>
      <form className="add-tag" onSubmit={add}>
        <input value={text} maxLength={40} onChange={(e) => set(e.target.value)} aria-label={say('who.tags.add')} placeholder={say('who.tags.add')} />
      </form>
      {theirs.length > 0 && <p className="quiet">{say('who.tags.customer')}{say('app.colon')}{theirs.join(', ')}</p>}
    </>
  );
}

function named(type: 'language' | 'region', code: string | undefined, language: string): string | undefined {
  if (!code) return undefined;
  try {
    return new Intl.DisplayNames(language, { type }).of(code);
  } catch {
    return code;
  }
}
