import { useCallback, useEffect, useRef } from 'react';
import { Crown, Hand, ShoppingCart, TriangleAlert, X } from 'lucide-react';
import { offersFor } from '../live/state.ts';
import { keyOf, type Summary } from '../protocol.ts';
import { money } from '../time.ts';
import { useWords } from '../words/index.ts';
import { possible, useActs } from './acts.ts';
import { go, screen, useClient, useDesk, useNow } from './context.ts';
import { reasonOf } from './Entry.tsx';
import { Wait } from './Row.tsx';

const settles = 400; // milliseconds before a click counts: it was meant for what lay below

let heard = ''; // the offer that was said last: it is said once, wherever it is shown

/** Customers who are offered to this agent and held for a moment: below the head of what is open, or over the page. */
export function Offers() {
  const rows = useDesk((s) => s.known.rows);
  const me = useDesk((s) => s.me.agent.id);
  return Object.values(rows).some((r) => r.offered === me && r.status === 'queued') ? <Held /> : null;
}

function Held() {
  const say = useWords();
  const now = useNow(1_000);
  const rows = useDesk((s) => s.known.rows);
  const me = useDesk((s) => s.me.agent.id);
  const open = useDesk((s) => (s.open ? s.known.rows[s.open] : undefined));
  const taken = possible(open, me, now).claim; // C is about what is open, where that can be claimed
  const list = offersFor(rows, me, now);
  const first = list[0];
  useEffect(() => {
    const which = first ? `${keyOf(first)} ${first.hold}` : '';
    if (which === heard) return;
    heard = which;
    if (first) screen.say(say('offer.heard', { name: first.name || first.phone, reason: first.reason ? reasonOf(first.reason, say) : '' }));
  }, [first && keyOf(first), say]);
  if (!list.length) return null;
  return (
    <section className="offers" aria-label={say('offer.label')}>
      {list.slice(0, 3).map((row, i) => <Offer key={keyOf(row)} row={row} now={now} keyed={i === 0} claims={i === 0 && (!taken || keyOf(row) === (open && keyOf(open)))} />)}
      {list.length > 3 && <p className="quiet">{say('offer.more', { n: list.length - 3 })}</p>}
    </section>
  );
}

function Offer({ row, now, keyed, claims }: { row: Summary; now: number; keyed: boolean; claims: boolean }) {
  const say = useWords();
  const take = useTake();
  const since = useRef(performance.now());
  const whole = useRef(row.hold ? Math.max(1, Date.parse(row.hold) - Date.now()) : 1);
  const left = row.hold ? Math.max(0, Date.parse(row.hold) - now) : undefined;
  const meant = (detail: number) => detail === 0 || performance.now() - since.current > settles;
  return (
    <article className="offer" data-priority={row.priority || undefined}>
      <header>
        <strong>{row.name || row.phone || say('row.unknown')}</strong>
        {row.vip && <span className="badge vip"><Crown aria-hidden />{say('row.vip')}</span>}
        {row.priority === 'urgent' && <span className="badge urgent"><TriangleAlert aria-hidden />{say('priority.urgent')}</span>}
        {row.priority === 'high' && <span className="badge high">{say('priority.high')}</span>}
        {left !== undefined && <time className="hold" data-is={left < 10_000 ? 'soon' : undefined}>{say('offer.left', { n: Math.ceil(left / 1000) })}</time>}
      </header>
      {row.reason && <p className="reason">{reasonOf(row.reason, say)}</p>}
      {row.preview && <p className="quiet preview">{row.preview}</p>}
      <p className="row-facts">
        <span className="fact">{say.maybe(`medium.${row.medium}`, row.medium)}</span>
        {row.cart && row.cart.amount > 0 && <span className="fact"><ShoppingCart aria-hidden />{say('row.cart', { money: money(row.cart, say) })}</span>}
        {row.waits && <Wait waits={row.waits} due={row.due} now={now} />}
      </p>
      <footer>
        <button className="button primary" onClick={(e) => { if (meant(e.detail)) void take(row); }} aria-keyshortcuts={claims ? 'c' : undefined}><Hand aria-hidden />{say('act.claim')}{claims && <kbd aria-hidden>C</kbd>}</button>
        <button className="button" onClick={(e) => { if (meant(e.detail)) void take(row, false); }} aria-keyshortcuts={keyed ? 'd' : undefined}><X aria-hidden />{say('offer.decline')}{keyed && <kbd aria-hidden>D</kbd>}</button>
      </footer>
      {left !== undefined && <i className="hold-bar" aria-hidden><i style={{ scale: `${Math.min(1, left / whole.current)} 1` }} /></i>}
    </article>
  );
}

/** Takes what is offered and opens it, or lets it go. */
export function useTake() {
  const { act } = useActs();
  return useCallback(async (row: Summary, yes = true) => {
    const key = keyOf(row);
    if (!yes) await act(key, 'decline');
    else if (await act(key, 'claim')) {
      go({ view: 'mine', key });
      setTimeout(() => { if (document.activeElement === document.body) document.getElementById('thread')?.focus(); }, 100); // the button is gone
    }
  }, [act]);
}

/** The offer that C and X are about, if there is one. */
export function useFirstOffer() {
  const client = useClient();
  return useCallback(() => offersFor(client.store.getState().known.rows, client.me, Date.now())[0], [client]);
}
