import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';

export interface Item {
  id: string;
  label: string;
  hint?: string;
  disabled?: boolean;
  mark?: string; // a presence
  chosen?: boolean; // one of several, as it stands
  apart?: boolean; // a line above it
  only?: 'narrow'; // where there is no room for it elsewhere
  do: () => void;
}

/** A button with a menu: arrows move, Escape closes and gives the focus back. */
export function Menu({ label, icon, items, open = 0, className = 'button', compact }: {
  label: string; icon: ReactNode; items: Item[]; open?: number; className?: string; compact?: boolean;
}) {
  const [shown, show] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const asked = useRef(open);

  useEffect(() => {
    if (open !== asked.current) show(true);
    asked.current = open;
  }, [open]);
  useEffect(() => {
    if (!shown) return;
    root.current?.querySelector<HTMLElement>('[role^=menuitem]:not(:disabled)')?.focus();
    const away = (e: PointerEvent) => { if (!root.current?.contains(e.target as Node)) show(false); };
    addEventListener('pointerdown', away);
    return () => removeEventListener('pointerdown', away);
  }, [shown]);

  function keys(e: KeyboardEvent) {
    const all = [...root.current!.querySelectorAll<HTMLElement>('[role^=menuitem]:not(:disabled)')].filter((el) => el.offsetParent);
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[e.key];
    if (to !== undefined) {
      e.preventDefault();
      all.at(to % all.length)?.focus();
    } else if (e.key === 'Escape') {
      e.stopPropagation();
      show(false);
      button.current?.focus();
    } else if (e.key === 'Tab') show(false);
  }

  return (
    <div className="menu" ref={root}>
      <button ref={button} type="button" className={className} aria-haspopup="menu" aria-expanded={shown} aria-controls={shown ? id : undefined}
        aria-label={compact ? label : undefined} title={compact ? label : undefined} onClick={() => show(!shown)}>
        {icon}{!compact && <span>{label}</span>}
      </button>
      {shown && (
        <div className="menu-items" role="menu" id={id} aria-label={label} onKeyDown={keys}>
          {items.map((i) => (
            <button key={i.id} type="button" role={i.chosen === undefined ? 'menuitem' : 'menuitemradio'} aria-checked={i.chosen} data-apart={i.apart || undefined} data-only={i.only} tabIndex={-1} disabled={i.disabled}
              onClick={() => { show(false); button.current?.focus(); i.do(); }}>
              {i.mark && <i className="presence" data-is={i.mark} aria-hidden />}
              <span>{i.label}</span>{i.hint && <small>{i.hint}</small>}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
