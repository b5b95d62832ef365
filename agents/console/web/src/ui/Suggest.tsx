// A list that opens over the composer while one types: arrows choose, Enter
// takes, Escape closes; the caret never leaves the text.

import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';

export interface Choice {
  id: string;
  label: string;
  hint?: string;
  mark?: string; // a colleague's presence
  blocked?: string; // why it cannot be taken
  note?: string; // what is to be done once it is
  tag?: string; // of which kind it is, where a list has several
  preview?: string;
}

export function useSuggest({ open, label, none, choices, onPick, onClose }: {
  open: boolean; label: string; none: string; choices: Choice[]; onPick: (c: Choice) => void; onClose: () => void;
}) {
  const id = useId();
  const [at, set] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const names = choices.map((c) => c.id).join(' ');
  useEffect(() => set(0), [open, names]);
  const i = Math.min(at, choices.length - 1);
  useLayoutEffect(() => void list.current?.children[i]?.scrollIntoView({ block: 'nearest' }), [i, open]);

  /** Whether the key was meant for the list. */
  function keys(e: KeyboardEvent): boolean {
    if (!open || e.nativeEvent.isComposing) return false;
    const by = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (by) set((i + by + choices.length) % Math.max(1, choices.length));
    else if (e.key === 'Escape') onClose();
    else if (e.key === 'Enter' && !e.shiftKey || e.key === 'Tab' && !e.shiftKey) {
      const c = choices[i];
      if (e.key === 'Tab' && !c) return false;
      if (c && !c.blocked) onPick(c);
    } else return false;
    e.preventDefault();
    e.stopPropagation();
    return true;
  }

  const chosen = open ? choices[i] : undefined;
  const element = open && (
    <div className="suggest">
      <ul role="listbox" id={id} aria-label={label} ref={list} tabIndex={0}>
        {choices.map((c, n) => (
          <li key={c.id} id={`${id}-${n}`} role="option" aria-selected={n === i} aria-disabled={c.blocked ? true : undefined}
            onPointerDown={(e) => e.preventDefault()} onPointerMove={() => { if (n !== i) set(n); }} onClick={() => { if (!c.blocked) onPick(c); }}>
            {c.mark && <i className="presence" data-is={c.mark} aria-hidden />}
            <b>{c.label}</b>{c.hint && <small>{c.hint}</small>}{c.tag && <span className="badge">{c.tag}</span>}
          </li>
        ))}
      </ul>
      {!choices.length && <p className="quiet" role="status">{none}</p>}
      {chosen && (chosen.preview || chosen.blocked || chosen.note) && (
        <div className="suggest-preview" aria-live="polite">
          {chosen.blocked && <p className="missing">{chosen.blocked}</p>}
          {chosen.note && <p className="to-fill">{chosen.note}</p>}
          {chosen.preview && <p>{chosen.preview}</p>}
        </div>
      )}
    </div>
  );
  const aria = open
    ? { 'aria-controls': id, 'aria-autocomplete': 'list' as const, 'aria-haspopup': 'listbox' as const, 'aria-activedescendant': chosen ? `${id}-${i}` : undefined }
    : {};
  return { keys, element, aria };
}
