import { useEffect, useState } from 'react';
import { ShieldAlert, ShieldCheck } from 'lucide-react';
import { partsOf, type Key, type Proof as Standing } from '../protocol.ts';
import { clock, date } from '../time.ts';
import { useWords } from '../words/index.ts';
import { useClient } from './context.ts';
import { Dialog } from './Dialog.tsx';

/** Every consent on record with what proves it, newest first. */
export function Proof({ k, name, onClose }: { k: Key; name: string; onClose: () => void }) {
  const say = useWords();
  const client = useClient();
  const [items, set] = useState<Standing[] | 'failed'>();
  useEffect(() => {
    const stop = new AbortController();
    const { brand, customer } = partsOf(k);
    client.api.ask<{ items: Standing[] | null }>('GET', `conversations/${encodeURIComponent(brand)}/${encodeURIComponent(customer)}/consents`, undefined, stop.signal)
      .then((r) => set(r.items ?? []), () => { if (!stop.signal.aborted) set('failed'); });
    return () => stop.abort();
  }, [client, k]);
  return (
    <Dialog title={say('proof.title', { name })} className="proof" onClose={onClose}>
      {items === undefined && <p role="status">{say('app.loading')}</p>}
      {items === 'failed' && <p role="alert">{say('proof.failed')}</p>}
      {Array.isArray(items) && !items.length && <p>{say('proof.none')}</p>}
      {Array.isArray(items) && items.map((c, i) => (
        <article key={i}>
          <h3 className="consent" data-is={c.state}>
            {say.maybe(`purpose.${c.purpose}`, c.purpose)}, {say.maybe(`medium.${c.medium}`, c.medium)}{say('app.colon')}<b>{say(`who.consent.${c.state}`)}</b>
          </h3>
          <dl className="facts">
            <div><dt>{say('proof.at')}</dt><dd><time dateTime={c.at}>{date(c.at, say)}, {clock(c.at, say)}</time></dd></div>
            {c.source && <div><dt>{say('proof.source')}</dt><dd>{say.maybe(`source.${c.source}`, c.source)}</dd></div>}
            {c.promise && <div><dt>{say('proof.promise')}</dt><dd>{say(`proof.promise.${c.promise.per}`, { n: c.promise.messages })}</dd></div>}
            {c.wording && <div><dt>{say('proof.wording')}</dt><dd><q>{c.wording}</q></dd></div>}
            {Object.entries(c.evidence ?? {}).map(([what, v]) => <div key={what}><dt>{say('proof.evidence')}{say('app.colon')}{say.maybe(`evidence.${what}`, what.replaceAll('_', ' '))}</dt><dd>{v}</dd></div>)}
            {c.rule && <div><dt>{say('proof.rule')}</dt><dd><code>{c.rule}</code></dd></div>}
            {c.chain && <div><dt>{say('proof.chain')}</dt><dd className="chain" data-is={c.chain}>{c.chain === 'whole' ? <ShieldCheck aria-hidden /> : <ShieldAlert aria-hidden />}{say(`proof.chain.${c.chain}`)}</dd></div>}
          </dl>
        </article>
      ))}
    </Dialog>
  );
}
