// A report's values in words, and as a file.

import type { Cell, Column, Report } from '../../protocol.ts';
import { date } from '../../time.ts';
import type { Speak } from '../../words/index.ts';
import { reasonOf } from '../Entry.tsx';

/** "45 s", "4 min 05", "2 h 10", "3 j": a duration in seconds, as exact as one cares for. */
export function duration(seconds: number, say: Speak): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  const pad = (n: number) => String(n).padStart(2, '0');
  if (s < 3600) return s % 60 ? `${Math.floor(s / 60)} min ${pad(s % 60)}` : `${s / 60} min`;
  const m = Math.floor(s / 60);
  if (m < 48 * 60) return m % 60 ? `${Math.floor(m / 60)} h ${pad(m % 60)}` : `${m / 60} h`;
  return say('time.days', { n: Math.round(m / 1440) });
}

export const titleOf = (c: Column, say: Speak) => say.maybe(`column.${c.key}`, c.key.replaceAll('_', ' '));

const hourly = new Map<string, Intl.DateTimeFormat>();
function hour(at: string, say: Speak): string {
  const name = say.language === 'en' ? 'en-GB' : 'fr-FR';
  let f = hourly.get(name);
  if (!f) hourly.set(name, f = new Intl.DateTimeFormat(name, { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }));
  return f.format(new Date(at));
}

/** The local midnight of the day that begins at a moment. It is the brand's day: where the reader's clock stands elsewhere, its noon is still within the same date. */
export function dayOf(at: string): Date {
  const noon = new Date(Date.parse(at) + 12 * 3_600_000);
  return new Date(noon.getFullYear(), noon.getMonth(), noon.getDate());
}

/** A cell as a person reads it. */
export function shown(cell: Cell, c: Column, say: Speak, by: 'day' | 'hour' = 'day'): string {
  if (cell === '' && c.key === 'agent') return say('report.nobody');
  if (cell === null || cell === undefined || cell === '') return '';
  switch (c.kind) {
    case 'time': return by === 'hour' ? hour(String(cell), say) : date(dayOf(String(cell)).toISOString(), say);
    case 'seconds': return typeof cell === 'number' ? duration(cell, say) : String(cell);
    case 'percent': return typeof cell === 'number' ? `${cell.toLocaleString(say.language, { maximumFractionDigits: 1 })} %` : String(cell);
    case 'number': return typeof cell === 'number' ? cell.toLocaleString(say.language, { maximumFractionDigits: 2 }) : String(cell);
  }
  return c.key === 'reason' ? reasonOf(String(cell), say) : String(cell);
}

/** The report as a file for a spreadsheet. French ones expect semicolons and decimal commas; a text that begins as a formula must not become one. */
export function csv(r: Report, say: Speak, by: 'day' | 'hour' = 'day'): string {
  const comma = say.language === 'fr';
  const quote = (s: string) => (/[",;\r\n]/.test(s) ? `"${s.replaceAll('"', '""')}"` : s);
  const tame = (s: string) => (/^[=+\-@\t\r]/.test(s) ? `'${s}` : s);
  const cell = (v: Cell, c: Column) => {
    if (v === null || v === undefined) return '';
    if (typeof v === 'number') return comma ? String(v).replace('.', ',') : String(v);
    if (c.kind === 'time') return by === 'day' ? dayField(dayOf(v)) : `${dayField(new Date(v))} ${clockOf(new Date(v))}`; // as spreadsheets read them
    return quote(tame(c.key === 'reason' ? reasonOf(v, say) : v));
  };
  const unit = { time: '', text: '', number: '', seconds: ' (s)', percent: ' (%)' };
  const sep = comma ? ';' : ',';
  const lines = [r.columns.map((c) => quote(tame(titleOf(c, say) + unit[c.kind]))), ...(r.rows ?? []).map((row) => r.columns.map((c, i) => cell(row[i] ?? null, c)))];
  return '\ufeff' + lines.map((l) => l.join(sep) + '\r\n').join('');
}

/** Local midnight of a date as a field gives it, some days on. */
export function midnight(day: string, more = 0): Date | undefined {
  const m = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!m) return undefined;
  const d = new Date(Number(m[1]), Number(m[2]) - 1, Number(m[3]) + more);
  return Number.isNaN(d.getTime()) ? undefined : d;
}

const clockOf = (d: Date) => `${String(d.getHours()).padStart(2, '0')}:${String(d.getMinutes()).padStart(2, '0')}`;

/** The local date of a moment, as a field wants it. */
export function dayField(d: Date): string {
  const pad = (n: number) => String(n).padStart(2, '0');
  return `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}`;
}

/** The columns that are drawn together: those whose values have the same unit. */
export function plots(r: Report): { kind: 'number' | 'seconds' | 'percent'; at: number[] }[] {
  return (['number', 'seconds', 'percent'] as const)
    .map((kind) => ({ kind, at: r.columns.flatMap((c, i) => (i > 0 && c.kind === kind ? [i] : [])) }))
    .filter((p) => p.at.length > 0);
}
