// Supervision: what figures read like, and the file that is made of them.

import { expect, test } from 'vitest';
import type { Report } from '../src/protocol.ts';
import { detailOf, kindOf, kinds } from '../src/ui/supervisor/Audit.tsx';
import { csv, dayField, dayOf, duration, midnight, plots, shown } from '../src/ui/supervisor/format.ts';
import { isOn } from '../src/ui/supervisor/Incidents.tsx';
import { localField } from '../src/ui/supervisor/IncidentForm.tsx';
import { speak } from '../src/words/index.ts';

const day = (at: string) => dayField(dayOf(at));
const fr = speak('fr'), en = speak('en');

test.each([[0, '0 s'], [59.4, '59 s'], [60, '1 min'], [245, '4 min 05'], [3_600, '1 h'], [7_800, '2 h 10'], [260_000, '3 j']])('%d seconds are %s', (s, words) => {
  expect(duration(s, fr)).toBe(words);
});

const report: Report = {
  name: 'answers', from: '', to: '',
  columns: [{ key: 'at', kind: 'time' }, { key: 'handoffs', kind: 'number' }, { key: 'answer_median', kind: 'seconds' }, { key: 'share', kind: 'percent' }, { key: 'agent', kind: 'text' }, { key: 'closed', kind: 'number' }],
  rows: [['2026-11-22T00:00:00+01:00', 1234.5, 61, 12.5, '=HYPERLINK("x";"y")', null], ['2026-11-23T00:00:00+01:00', 0, null, 0, 'Zoé, "Z"', 3]],
};

test('the file is what a spreadsheet of that language reads, and holds no formula', () => {
  const lines = csv(report, fr).split('\r\n');
  expect(lines[0]).toBe('\ufeffQuand;Passages de main;Réponse médiane (s);Part (%);Conseiller;Terminées');
  expect(lines[1]).toBe(`2026-11-22;1234,5;61;12,5;"'=HYPERLINK(""x"";""y"")";`);
  expect(lines[2]).toBe('2026-11-23;0;;0;"Zoé, ""Z""";3');
  expect(lines[3]).toBe('');
  expect(csv(report, en).split('\r\n')[1]).toContain(',1234.5,61,12.5,');
  expect(csv(report, en, 'hour').split('\r\n')[1]).toMatch(/^2026-11-2[12] \d\d:00,/);
  expect(csv({ ...report, rows: null }, en).split('\r\n')).toHaveLength(2);
});

test('values read as their kind says; nothing is empty, zero is zero', () => {
  const [at, count, median, share] = report.columns;
  expect(shown(1234.5, count!, en)).toBe('1,234.5');
  expect(shown(0, count!, fr)).toBe('0');
  expect(shown(null, median!, fr)).toBe('');
  expect(shown(125, median!, fr)).toBe('2 min 05');
  expect(shown(12.55, share!, fr)).toMatch(/^12,6 %$/);
  expect(shown('2026-11-22T00:00:00Z', at!, en)).toBe('22 Nov 2026');
  expect(shown('', { key: 'agent', kind: 'text' }, en)).toBe('no agent');
  expect(shown('asked', { key: 'reason', kind: 'text' }, en)).toBe('The customer asks for a person');
});

test('what has the same unit is drawn together', () => {
  expect(plots(report)).toEqual([{ kind: 'number', at: [1, 5] }, { kind: 'seconds', at: [2] }, { kind: 'percent', at: [3] }]);
});

test('days are local, and the last one is whole', () => {
  const start = midnight('2026-10-25')!, end = midnight('2026-10-25', 1)!;
  expect([start.getHours(), end.getHours(), end.getDate()]).toEqual([0, 0, 26]); // where clocks change that night, too
  expect(dayField(start)).toBe('2026-10-25');
  expect(day('2026-11-21T23:00:00Z')).toBe('2026-11-22'); // the brand's midnight, in Paris; here it may still be the day before
  for (const bad of ['', 'x', '2026-1-1']) expect(midnight(bad)).toBeUndefined();
});

test('a field of local time gives back the moment it was given', () => {
  const at = '2026-11-22T18:30:00.000Z';
  expect(new Date(localField(at)).toISOString()).toBe(at);
  expect(localField(undefined)).toBe('');
});

test('an incident is on until it ends', () => {
  const i = { id: '1', brand: 'lumen', kind: 'carrier' as const, match: 'x', text: {}, since: '2026-11-22T10:00:00Z' };
  const now = Date.parse('2026-11-22T12:00:00Z');
  expect(isOn(i, now)).toBe(true);
  expect(isOn({ ...i, until: '2026-11-22T11:00:00Z' }, now)).toBe(false);
});

test('every kind of the audit has a word, and details name people', () => {
  for (const k of kinds) for (const say of [fr, en]) expect(kindOf(k, say), k).not.toBe(k);
  expect(kindOf('something.new', fr)).toBe('something.new');
  const named = (id: string) => (id === 'a1' ? 'Théo' : undefined);
  expect(detailOf({ to: 'a1', team: '', on: 'carrier', incident: '01a20213-fd9b-7e90-8501-701273cd0855' }, named, fr)).toBe('à : Théo, touche : un transporteur');
  expect(detailOf({ to: 'a2', other_thing: '3' }, named, en)).toBe('to: a2, other thing: 3');
  expect(detailOf(null, named, fr)).toBe('');
});
