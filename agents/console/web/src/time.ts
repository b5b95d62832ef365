// Times and amounts in the agent's language.

import type { Money, Price } from './protocol.ts';
import type { Speak } from './words/index.ts';

const minute = 60_000, hour = 60 * minute, day = 24 * hour;

/** "4 min", "2 h 05", "3 j": how long ago, or how long. */
export function span(ms: number, say: Speak): string {
  if (ms < minute) return say('time.now');
  if (ms < hour) return say('time.minutes', { n: Math.floor(ms / minute) });
  if (ms < day) {
    const h = Math.floor(ms / hour), m = Math.floor((ms % hour) / minute);
    return m ? say('time.hours_minutes', { h, m: String(m).padStart(2, '0') }) : say('time.hours', { n: h });
  }
  return say('time.days', { n: Math.floor(ms / day) });
}

/** Beyond this it is clearer to say when than how long: nights lie in between. */
export const long = 8 * hour;

/** The same inside a sentence: "moins d’une minute". */
export const lasting = (ms: number, say: Speak) => (ms < minute ? say('span.soon') : span(ms, say));

export const ago = (at: string, now: number, say: Speak) => span(Math.max(0, now - Date.parse(at)), say);

/** How pressing a wait is, for its colour; the words say how long it is. */
export function pressing(waits: string, due: string | undefined, now: number): 'calm' | 'soon' | 'late' {
  const since = Date.parse(waits);
  const until = due ? Date.parse(due) : since + 10 * minute;
  return now >= until ? 'late' : until - now < Math.min((until - since) / 2, 10 * minute) ? 'soon' : 'calm';
}

const formats = new Map<string, Intl.DateTimeFormat>();
function format(language: string, o: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = language + JSON.stringify(o);
  let f = formats.get(name);
  if (!f) formats.set(name, f = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'fr-FR', o));
  return f;
}

export const clock = (at: string, say: Speak) => format(say.language, { hour: '2-digit', minute: '2-digit' }).format(new Date(at));
export const date = (at: string, say: Speak) => format(say.language, { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(at));
export const moment = (at: string, say: Speak) => format(say.language, { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }).format(new Date(at));

/** The day of a divider: "Aujourd’hui", "Hier", "mardi 4 novembre". */
export function dayOf(at: string, now: number, say: Speak): string {
  const d = new Date(at);
  const days = Math.round((midnight(new Date(now)) - midnight(d)) / day);
  if (days === 0) return say('time.today');
  if (days === 1) return say('time.yesterday');
  const year = d.getFullYear() === new Date(now).getFullYear() ? undefined : 'numeric';
  return format(say.language, { weekday: 'long', day: 'numeric', month: 'long', year }).format(d);
}
const midnight = (d: Date) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();

/** The time of day where the customer is; undefined when the zone is not known. */
export function localTime(zone: string | undefined, now: number, say: Speak): string | undefined {
  if (!zone) return undefined;
  try {
    return format(say.language, { hour: '2-digit', minute: '2-digit', timeZone: zone }).format(now);
  } catch {
    return undefined;
  }
}

export function money(m: Money, say: Speak): string {
  if (!m.currency) return '';
  try {
    const f = new Intl.NumberFormat(say.language === 'en' ? 'en-GB' : 'fr-FR', { style: 'currency', currency: m.currency });
    const digits = f.resolvedOptions().maximumFractionDigits ?? 2;
    return f.format(m.amount / 10 ** digits);
  } catch {
    return `${m.amount / 100} ${m.currency}`;
  }
}

/** The price of n of something, with the cents' fractions that carriers bill. */
export function price(p: Price, n: number, say: Speak): string {
  const value = (p.amount * n) / 10 ** p.scale;
  try {
    return new Intl.NumberFormat(say.language === 'en' ? 'en-GB' : 'fr-FR', { style: 'currency', currency: p.currency, minimumFractionDigits: 2, maximumFractionDigits: 4 }).format(value);
  } catch {
    return `${value} ${p.currency}`;
  }
}
