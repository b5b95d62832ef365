// Hours of the day where the customer is: nothing that can wait goes out at
// night there.

const hour = 3_600_000;
export const morning = 8, evening = 20; // the hours between which one may write unasked

interface Wall { year: number; month: number; day: number; hour: number; minute: number }

const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clocks on the wall say there; undefined for a zone that nobody knows. */
export function wall(zone: string | undefined, at: number): Wall | undefined {
  if (!zone) return undefined;
  try {
    let f = formats.get(zone);
    if (!f) {
      f = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' });
      formats.set(zone, f);
    }
    const p: Record<string, number> = {};
    for (const { type, value } of f.formatToParts(at)) p[type] = Number(value);
    return { year: p.year!, month: p.month!, day: p.day!, hour: p.hour!, minute: p.minute! };
  } catch {
    return undefined;
  }
}

/** Whether it is night there; not known is not night. */
export function isNight(zone: string | undefined, at: number): boolean {
  const w = wall(zone, at);
  return !!w && (w.hour < morning || w.hour >= evening);
}

/** When the clocks there next say `h`:00, after so many midnights at least. */
export function nextAt(h: number, zone: string | undefined, now: number, days = 0): Date {
  const w = wall(zone, now) ?? wall(Intl.DateTimeFormat().resolvedOptions().timeZone, now)!;
  for (let d = days; ; d++) {
    const meant = Date.UTC(w.year, w.month - 1, w.day + d, h);
    const t = meant - offset(zone, meant);
    const at = t + offset(zone, meant) - offset(zone, t); // the clocks may change in between
    if (at > now) return new Date(at);
  }
}

/** How far the clocks there are ahead of UTC at a moment. */
function offset(zone: string | undefined, at: number): number {
  const w = wall(zone, at);
  if (!w) return -new Date(at).getTimezoneOffset() * 60_000;
  return Date.UTC(w.year, w.month - 1, w.day, w.hour, w.minute) - Math.floor(at / 60_000) * 60_000;
}

/** The day of the week there, 0 for Sunday. */
export function weekday(zone: string | undefined, at: number): number {
  const w = wall(zone, at);
  return w ? new Date(Date.UTC(w.year, w.month - 1, w.day)).getUTCDay() : new Date(at).getDay();
}

/** The customer wrote a moment ago: an answer does not wake them. */
export const awake = (wrote: string | undefined, now: number) => !!wrote && now - Date.parse(wrote) < hour / 6;

export const furthest = 7 * 24 * hour; // a message may be put off for so long

/** What a datetime-local input holds for a moment, and back. */
export function local(at: number): string {
  const d = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return d.toISOString().slice(0, 16);
}
