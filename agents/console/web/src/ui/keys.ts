// Single-letter shortcuts: never while somebody types, never with a modifier,
// and off when the agent does not want them (WCAG 2.1.4).

import { useEffect } from 'react';
import { useActs, possible } from './acts.ts';
import { go, screen, useClient, useScreen, type Place } from './context.ts';
import { useFirstOffer, useTake } from './Offers.tsx';
import { giveBack } from './returned.ts';

export function useKeys(place: Place, on: boolean) {
  const client = useClient();
  const { act, claim } = useActs();
  const offer = useFirstOffer();
  const take = useTake();
  useEffect(() => {
    if (!on) return;
    function press(e: KeyboardEvent) {
      if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || e.defaultPrevented || isTyping(e.target)) return;
      if (useScreen.getState().help) return;
      const key = place.key;
      const row = key ? client.store.getState().known.rows[key] : undefined;
      const may = possible(row, client.me);
      switch (e.key.toLowerCase()) {
        case 'j': step(1); break;
        case 'k': step(-1); break;
        case 'c': { // what is open, else what is offered
          const o = offer();
          if (key && may.claim) void claim(key);
          else if (o) void take(o);
          break;
        }
        case 'd': {
          const o = offer();
          if (o) void take(o, false);
          break;
        }
        case 'r': if (key) screen.compose('write'); break;
        case 'n': if (key) screen.compose('note'); break;
        case 'e': if (key && may.resolve) void act(key, 'resolve'); break;
        case 'b': if (key && may.return) void act(key, 'return'); break;
        case 'z': if (key && row?.status === 'snoozed' && may.reopen) void act(key, 'reopen'); else if (key && may.snooze) screen.snooze(); break;
        case 'y': case 'w': { // the prompt that is shown first: send it, or not
          const shown = key && may.mine ? client.store.getState().details[key]?.prompts?.find((p) => p.status === 'shown') : undefined;
          if (key && shown) void act(key, e.key.toLowerCase() === 'y' ? 'release' : 'drop', { prompt: shown.id });
          break;
        }
        case '/': if (key) { if (client.draft(key)) screen.compose('write'); else giveBack(key, '/'); } break;
        case '?': screen.help(true); break;
        default: return;
      }
      e.preventDefault();
    }
    // The rows as they stand on the screen: what one sees is what J goes to.
    function step(by: number) {
      const { shown } = rows;
      const at = place.key ? shown.indexOf(place.key) : -1;
      const next = shown[at < 0 ? 0 : Math.min(shown.length - 1, Math.max(0, at + by))];
      if (next) go({ ...place, key: next, at: undefined });
    }
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [client, act, claim, offer, take, on, place]);
}

/** The rows that the list shows, in its order. */
export const rows: { shown: `${string}/${string}`[] } = { shown: [] };

/** Whether a key is meant for what has the focus: text, a menu, a dialog. */
export function isTyping(t: EventTarget | null): boolean {
  return t instanceof HTMLElement && (t.isContentEditable || t.matches('input:not([type=checkbox]), textarea, select')) || !!(t as Element | null)?.closest?.('[role=menu], dialog');
}
