import { expect, test } from 'vitest';
import { awake, furthest, isNight, local, nextAt, wall, weekday } from '../src/zone.ts';

const utc = (s: string) => Date.parse(s);

test('the wall’s clock there, and none for a zone that nobody knows', () => {
  expect(wall('Europe/Paris', utc('2026-03-02T23:30:00Z'))).toEqual({ year: 2026, month: 3, day: 3, hour: 0, minute: 30 });
  expect(wall('Nowhere/Else', 0)).toBeUndefined();
  expect(wall(undefined, 0)).toBeUndefined();
});

test.each([
  ['2026-03-02T06:59:00Z', true], ['2026-03-02T07:00:00Z', false], ['2026-03-02T18:59:00Z', false], ['2026-03-02T19:00:00Z', true],
])('night in Paris at %s: %s', (at, night) => {
  expect(isNight('Europe/Paris', utc(at))).toBe(night);
  expect(isNight(undefined, utc(at))).toBe(false);
});

test.each([
  ['this morning', 'Europe/Paris', '2026-03-02T03:00:00Z', 8, 0, '2026-03-02T07:00:00.000Z'],
  ['tomorrow, for it is past', 'Europe/Paris', '2026-03-02T19:00:00Z', 8, 0, '2026-03-03T07:00:00.000Z'],
  ['never now', 'Europe/Paris', '2026-03-02T07:00:00Z', 8, 0, '2026-03-03T07:00:00.000Z'],
  ['over the night that summer begins', 'Europe/Paris', '2026-03-28T22:00:00Z', 8, 0, '2026-03-29T06:00:00.000Z'],
  ['over the night that summer ends', 'Europe/Paris', '2026-10-24T22:00:00Z', 8, 0, '2026-10-25T07:00:00.000Z'],
  ['the other side of the world', 'Pacific/Auckland', '2026-03-02T03:00:00Z', 9, 1, '2026-03-02T20:00:00.000Z'],
  ['New York', 'America/New_York', '2026-03-02T03:00:00Z', 8, 0, '2026-03-02T13:00:00.000Z'],
])('the next time that it is %s', (_, zone, now, hour, days, at) => {
  expect(nextAt(hour, zone, utc(now), days).toISOString()).toBe(at);
});

test('without a zone it is this machine’s', () => {
  const at = nextAt(8, undefined, utc('2026-03-02T03:00:00Z'));
  expect([at.getHours(), at.getMinutes()]).toEqual([8, 0]);
  expect(utc(`${local(at.getTime())}:00`)).toBe(at.getTime());
});

test('a week is the bound, and who wrote ten minutes ago is awake', () => {
  expect(furthest).toBe(604_800_000);
  expect(awake('2026-03-02T03:00:00Z', utc('2026-03-02T03:09:00Z'))).toBe(true);
  expect(awake('2026-03-02T03:00:00Z', utc('2026-03-02T03:10:00Z'))).toBe(false);
  expect(weekday('Pacific/Auckland', utc('2026-03-01T23:00:00Z'))).toBe(1);
});
