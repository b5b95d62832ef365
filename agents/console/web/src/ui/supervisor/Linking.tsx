import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { CircleCheck, RotateCcw, TriangleAlert } from 'lucide-react';
import { Refusal } from '../../live/api.ts';
import type { Channel } from '../../protocol.ts';
import { pair } from '../../remote.ts';
import { useWords } from '../../words/index.ts';
import { useClient, useNow } from '../context.ts';
import { Dialog } from '../Dialog.tsx';
import { ended, failure, saidOf, stepped, type Pairing } from './pairing.ts';

const Qr = lazy(() => import('./Qr.tsx')); // only who links a phone needs it

/** Links a phone to a channel: the codes as they come, until one is scanned or the dialog is closed. */
export function Linking({ of: c, onClose, onLinked }: { of: Channel; onClose: () => void; onLinked: () => void }) {
  const say = useWords();
  return <Dialog title={say('pair.title', { address: c.address })} className="linking" onClose={onClose}>{(close) => <Attempt of={c} close={close} onLinked={onLinked} />}</Dialog>;
}

function Attempt({ of: c, close, onLinked }: { of: Channel; close: () => void; onLinked: () => void }) {
  const say = useWords();
  const client = useClient();
  const [attempt, again] = useState(0);
  const [p, set] = useState<Pairing>({ is: 'asking' });
  const act = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    const ctl = new AbortController();
    set({ is: 'asking' });
    void (async () => {
      try {
        for await (const step of pair(client.api, c, ctl.signal)) if (!ctl.signal.aborted) set((was) => stepped(was, step, Date.now()));
        if (!ctl.signal.aborted) set(ended);
      } catch (err) {
        if (ctl.signal.aborted) return;
        set(err instanceof Refusal ? { is: 'failed', code: err.code, why: err.problem.detail ?? '' } : ended);
      }
    })();
    return () => ctl.abort();
  }, [client, c.brand, c.id, attempt]);
  useEffect(() => {
    if (p.is === 'linked') onLinked();
    if (p.is === 'linked' || p.is === 'failed') act.current?.focus();
  }, [p.is]);

  return (
    <>
      <p className="unseen" role="status">{saidOf(p, say)}</p>
      {(p.is === 'asking' || p.is === 'code') && (
        <>
          <ol className="linking-steps">
            <li>{say('pair.step.open')}</li>
            <li>{say('pair.step.menu')}</li>
            <li>{say('pair.step.scan')}</li>
          </ol>
          <div className="qr-frame">
            {p.is === 'asking' ? <p className="quiet">{say('pair.asking')}</p>
              : <Suspense fallback={<p className="quiet">{say('pair.asking')}</p>}><Qr text={p.code} label={say('pair.code')} /></Suspense>}
          </div>
          <p className="quiet qr-left">{p.is === 'code' ? <Left until={p.until} /> : '\u00a0'}</p>
        </>
      )}
      {p.is === 'linked' && (
        <>
          <p className="outcome" data-tone="good"><CircleCheck aria-hidden /><b>{say('pair.linked')}</b></p>
          <p>{say('pair.linked.text')}</p>
        </>
      )}
      {p.is === 'failed' && <p className="outcome" data-tone="bad"><TriangleAlert aria-hidden />{failure(p, say)}</p>}
      <footer>
        {p.is === 'linked'
          ? <button type="button" className="button primary" ref={act} onClick={close}>{say('app.close')}</button>
          : <button type="button" className="button" data-first onClick={close}>{say('app.cancel')}</button>}
        {p.is === 'failed' && <button type="button" className="button primary" ref={act} onClick={() => again((n) => n + 1)}><RotateCcw aria-hidden />{say('pair.again')}</button>}
      </footer>
    </>
  );
}

/** How long the code still counts: nobody is told each second. */
function Left({ until }: { until: number }) {
  const say = useWords();
  const now = Math.max(useNow(500), Date.now());
  return <span role="timer" aria-live="off">{say('pair.left', { n: Math.max(0, Math.ceil((until - now) / 1000)) })}</span>;
}
