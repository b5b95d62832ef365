import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { panes, setWidth, useSettings, within, type Pane } from '../settings.ts';
import { useWords } from '../words/index.ts';

const step = 16; // pixels that an arrow moves

/** A pane's edge, at the end of what lies before it: dragged, or moved by the arrows; a double click brings the usual width back. */
export function Splitter({ pane }: { pane: Pane }) {
  const say = useWords();
  const width = useSettings((s) => s.widths[pane]);
  const drag = useRef<{ x: number; from: number; to: number } | null>(null);
  const grows = pane === 'list' ? 1 : -1; // the list lies before its edge, the customer after
  const { least, usual, most } = panes[pane];

  function down(e: PointerEvent<HTMLDivElement>) {
    if (e.button !== 0) return;
    e.currentTarget.setPointerCapture(e.pointerId);
    // The grid may have given less than was asked for: what is seen counts.
    const from = document.querySelector(`.${pane}`)?.getBoundingClientRect().width ?? width;
    drag.current = { x: e.clientX, from, to: from };
  }
  function move(e: PointerEvent<HTMLDivElement>) {
    const d = drag.current;
    if (!d) return;
    d.to = within(pane, d.from + grows * (e.clientX - d.x));
    e.currentTarget.closest<HTMLElement>('.desk')!.style.setProperty(`--${pane}`, `${d.to}px`); // the page is drawn anew once, at the end
  }
  function up() {
    if (drag.current) setWidth(pane, drag.current.to);
    drag.current = null;
  }
  function keys(e: KeyboardEvent) {
    const to = { ArrowRight: width + grows * step, ArrowLeft: width - grows * step, Home: least, End: most, Enter: usual }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    setWidth(pane, to);
  }

  return (
    <div className="splitter" role="separator" tabIndex={0} aria-orientation="vertical" aria-label={say(`pane.${pane}`)}
      aria-valuenow={width} aria-valuemin={least} aria-valuemax={most}
      onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={up} onDoubleClick={() => setWidth(pane, usual)} onKeyDown={keys} />
  );
}
