import { useEffect, useId, useRef, type ReactNode } from 'react';
import { X } from 'lucide-react';
import { useWords } from '../words/index.ts';
import { screen, useScreen } from './context.ts';

/** A dialog over the page: the browser keeps the focus in it, Escape closes it, and the focus goes back to where it was. */
export function Dialog({ title, className = '', onClose, children, bare }: {
  title: string; className?: string; onClose: () => void; children: ReactNode | ((close: () => void) => ReactNode); bare?: boolean;
}) {
  const say = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const from = document.activeElement as HTMLElement | null;
    if (!dialog.current!.open) dialog.current!.showModal();
    dialog.current!.querySelector<HTMLElement>('[data-first]')?.focus(); // else the browser's choice, which is to close
    return () => { if (from?.isConnected) from.focus({ preventScroll: true }); };
  }, []);
  const close = () => dialog.current?.close();
  return (
    <dialog ref={dialog} className={`dialog ${className}`} aria-labelledby={id} onClose={(e) => { if (e.target === dialog.current) onClose(); }}
      onPointerDown={(e) => { if (e.target === dialog.current) close(); }}>
      <div className="dialog-body">
        <header className={bare ? 'unseen' : undefined}>
          <h2 id={id}>{title}</h2>
          {!bare && <button type="button" className="icon-button" aria-label={say('app.close')} onClick={close}><X aria-hidden /></button>}
        </header>
        {typeof children === 'function' ? children(close) : children}
      </div>
    </dialog>
  );
}

/** The question that stands before what cannot be undone. */
export function Doubt() {
  const say = useWords();
  const doubt = useScreen((s) => s.doubt);
  if (!doubt) return null;
  return (
    <Dialog title={doubt.title} onClose={() => screen.ask(null)}>
      {(close) => (
        <>
          <p>{doubt.text}</p>
          <footer>
            <button type="button" className="button" data-first onClick={close}>{say('app.cancel')}</button>
            <button type="button" className="button primary" onClick={() => { close(); void doubt.do(); }}>{doubt.yes}</button>
          </footer>
        </>
      )}
    </Dialog>
  );
}
