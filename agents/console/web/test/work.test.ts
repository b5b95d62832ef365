import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mayRepeat } from '../src/codes.ts';
import type { Entry, Summary } from '../src/protocol.ts';
import { price } from '../src/time.ts';
import { possible } from '../src/ui/acts.ts';
import { moments } from '../src/ui/Head.tsx';
import { mornings } from '../src/ui/Later.tsx';
import { leaves } from '../src/ui/recall.ts';
import { speak } from '../src/words/index.ts';

const row = (more: Partial<Summary>): Summary => ({
  brand: 'lumen', customer: 'ana', name: 'Ana', phone: '', medium: 'sms', language: 'fr', state: 'with_agent', owner_kind: 'agent', owner: 'theo',
  status: 'assigned', preview: '', from: 'customer', at: '', version: 5, ...more,
});
const can = (more: Partial<Summary>, me = 'theo') =>
  Object.entries(possible(row(more), me, Date.parse('2026-03-02T09:00:00Z'))).filter(([, v]) => v === true).map(([k]) => k);

test.each<[string, Partial<Summary>, string[]]>([
  ['mine', {}, ['mine', 'transfer', 'return', 'snooze', 'resolve']],
  ['mine and snoozed', { status: 'snoozed' }, ['mine', 'transfer', 'return', 'resolve', 'reopen']],
  ['a colleague’s', { owner: 'lea' }, ['claim']],
  ['in the queue', { status: 'queued', owner: '' }, ['claim', 'transfer', 'return', 'resolve']],
  ['held for me', { status: 'queued', owner: '', offered: 'theo', hold: '2026-03-02T09:01:00Z' }, ['claim', 'decline', 'transfer', 'return', 'resolve']],
  ['held for a colleague', { status: 'queued', owner: '', offered: 'lea', hold: '2026-03-02T09:01:00Z' }, ['transfer', 'return', 'resolve']],
  ['held no longer', { status: 'queued', owner: '', offered: 'lea', hold: '2026-03-02T08:59:00Z' }, ['claim', 'transfer', 'return', 'resolve']],
  ['resolved by me', { status: 'resolved', owner_kind: 'assistant' }, ['claim', 'reopen']],
])('what one can do with a conversation that is %s', (_, more, acts) => {
  expect(can(more)).toEqual(acts);
});

test('one’s own words can be taken back until they leave', () => {
  const e = (more: Partial<Entry>): Entry => ({ id: '1', kind: 'message', from: 'agent', status: 'queued', at: '2026-03-02T09:00:00Z', version: 1, ...more });
  expect(leaves(e({}), 5)).toBe(Date.parse('2026-03-02T09:00:05Z'));
  expect(leaves(e({ after: '2026-03-03T07:00:00Z' }), 5)).toBe(Date.parse('2026-03-03T07:00:00Z'));
  expect(leaves(e({}), 0)).toBeUndefined();
  for (const gone of [{ status: 'posting' }, { status: 'sent' }, { from: 'assistant' as const }, { kind: 'note' as const, status: '' }]) expect(leaves(e(gone), 5)).toBeUndefined();
});

test('later is in the customer’s morning, within a week, and names no day twice', () => {
  const at = (now: string) => mornings('Europe/Paris', Date.parse(now)).map(({ id, at }) => `${id} ${at.toISOString().slice(0, 16)}`);
  expect(at('2026-03-04T22:00:00Z')).toEqual(['early 2026-03-05T07:00', 'tomorrow 2026-03-05T08:00', 'monday 2026-03-09T08:00']);
  expect(at('2026-03-08T10:00:00Z')).toEqual(['early 2026-03-09T07:00', 'tomorrow 2026-03-09T08:00']); // a Sunday
});

test('a pause ends in what is to come', () => {
  const evening = new Date(2026, 2, 4, 19, 0).getTime();
  expect(moments(evening).map(([id]) => id)).toEqual(['hour', 'tomorrow', 'monday']);
  expect(moments(new Date(2026, 2, 8, 10, 0).getTime()).map(([id]) => id)).toEqual(['hour', 'evening', 'tomorrow']);
});

test('what the gateway would try again may be sent again, and spam never', () => {
  const table = readFileSync(new URL('../../../../gateway/twilio/table.go', import.meta.url), 'utf8');
  for (const [, code, consequence] of table.matchAll(/\{code: "(\d+)", consequence: gateway\.(\w+)/g)) {
    if (['Retry', 'Reschedule'].includes(consequence!)) expect(mayRepeat(code), code).toBe(true);
    if (['Invalid', 'OptedOut', 'Template'].includes(consequence!)) expect(mayRepeat(code), code).toBe(false);
  }
  expect([mayRepeat('30007'), mayRepeat('21610'), mayRepeat('30003'), mayRepeat(undefined)]).toEqual([false, false, true, true]);
});

test('segments cost what the carrier says, fractions of a cent included', () => {
  expect(price({ amount: 798, scale: 4, currency: 'EUR' }, 2, speak('fr'))).toMatch(/^0,1596\s€$/);
  expect(price({ amount: 7, scale: 2, currency: 'EUR' }, 3, speak('en'))).toBe('€0.21');
});
