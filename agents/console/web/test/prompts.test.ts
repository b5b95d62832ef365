import { expect, test } from 'vitest';
import { because, countdown, decided, fates, origin, seconds, secondsTo } from '../src/prompts.ts';
import { daysLeft, leftOf } from '../src/ui/supervisor/Privacy.tsx';
import { fieldsOf, lacking, outline, sift } from '../src/ui/templates.ts';
import type { Entry, Template, Variable } from '../src/protocol.ts';
import { speak } from '../src/words/index.ts';

const fr = speak('fr'), en = speak('en');
let n = 0;
const event = (type: string, prompt: string, more: Partial<Entry> = {}): Entry =>
  ({ id: `e${++n}`, kind: 'event', from: 'system', at: '2026-11-22T09:00:00Z', version: n, type, data: { prompt }, ...more });
const message = (prompt: string, medium: string): Entry =>
  ({ id: `m${++n}`, kind: 'message', from: 'assistant', at: '2026-11-22T09:00:00Z', version: n, medium, prompt: { id: prompt, purpose: 'transactional' } });

test('a prompt that was shown is told with what became of it', () => {
  const shown = event('prompt.shown', 'p');
  const kinds = (...after: Entry[]) => fates([shown, ...after])['p']?.kind;
  expect(kinds()).toBeUndefined();
  expect(kinds(message('p', 'sms'))).toBe('sent');
  expect(kinds(event('agent.released', 'p'), message('p', 'sms'))).toBe('released'); // who sent it says more than that it went
  expect(kinds(event('agent.dropped', 'p'))).toBe('dropped');
  expect(kinds(event('prompt.merged', 'p'))).toBe('merged');
  expect(kinds(event('prompt.cancelled', 'p'))).toBe('over');
  expect(kinds(event('prompt.held', 'p'))).toBe('held');
  expect(kinds(event('prompt.held', 'p'), event('prompt.shown', 'p'))).toBeUndefined(); // shown once more
  expect(kinds(message('other', 'sms'))).toBeUndefined();
  expect(fates([message('p', 'sms')])).toEqual({}); // never shown: its message says all
});

test('what follows on another medium is told with the first try', () => {
  const first = message('p', 'whatsapp'), second = message('p', 'sms');
  expect(seconds([first, message('q', 'sms'), second])).toEqual({ [second.id]: first });
  expect(seconds([message('r', 'sms'), message('r', 'sms')])).toEqual({});
});

test('every rule of the gate is said in both languages, by itself or by its family', () => {
  for (const rule of ['hours.fr', 'hours.us-tx', 'cap.week', 'promise.month', 'trouble.return', 'trouble.new_kind', 'consent.withdrawn', 'offer.text', 'agent.first', 'question.open', 'desk.wait', 'route.none', 'reason.ordered', 'stop.all', 'owner.queue', 'template.missing_variable']) {
    expect(because(rule, {}, fr), rule).not.toBe('');
    expect(because(rule, {}, en), rule).not.toBe('');
  }
  expect(because('hours.fr', { 'in.place': 'FR' }, fr)).toContain('(FR)');
  expect(because('weather.rain', { why: 'it rains' }, fr)).toBe('it rains');
  expect(because(undefined, undefined, fr)).toBe('');
});

test('what the gate decided has its moment, and who asked has a name', () => {
  expect(decided('prompt.held', '2026-11-23T07:00:00Z', fr)).toMatch(/^retenu jusqu’à .*nov\./);
  expect(decided('prompt.refused', undefined, en)).toBe('refused');
  expect(origin({ template: 'cart_reminder', campaign: 'noël' }, fr)).toBe('rappel de panier, campagne noël');
  expect(origin({ template: 'my_own' }, fr)).toBe('my own');
  expect(origin({}, en)).toBe('free text');
  expect([secondsTo('2026-11-22T09:01:30Z', Date.parse('2026-11-22T09:00:00Z')), countdown(90), countdown(5)]).toEqual([90, '1:30', '0:05']);
  expect(secondsTo('2026-11-22T08:00:00Z', Date.parse('2026-11-22T09:00:00Z'))).toBe(0);
});

const variable = (name: string, more: Partial<Variable> = {}): Variable =>
  ({ name, filters: [], required: true, known: false, default: '', value: '', from: '', of: '', ...more });
const template = (name: string, variables: Variable[] = [], source = ''): Template =>
  ({ name, purpose: 'transactional', languages: ['fr'], language: 'fr', source, approved: false, variables, text: '', code: '', why: '' });

test('a template asks for what the agent may give, and blocks on what is needed', () => {
  const t = template('x', [
    variable('brand', { known: true, from: 'brand' }), variable('first', { known: true, value: 'Ana', from: 'customer' }), variable('order', { value: '1042', from: 'order' }),
    variable('date'), variable('carrier', { required: false }), variable('product', { default: 'vos articles' }),
  ]);
  expect(fieldsOf(t).map((v) => v.name)).toEqual(['order', 'date', 'carrier', 'product']);
  expect(lacking(t, {}).map((v) => v.name)).toEqual(['date']);
  expect(lacking(t, { date: '2026-11-24', order: ' ' }).map((v) => v.name)).toEqual(['order']);
  expect(fieldsOf(template('y', [variable('first', { known: true })])).map((v) => v.name)).toEqual(['first']); // nobody knows the name
});

test('templates are found by their name in the reader’s words, or by what they say', () => {
  const list = [template('cart_reminder'), template('delivered', [], 'votre commande {order} est livrée'), template('my_own')];
  expect(sift(list, 'panier', fr).map((t) => t.name)).toEqual(['cart_reminder']);
  expect(sift(list, 'est livree', fr).map((t) => t.name)).toEqual(['delivered']);
  expect(sift(list, '', en)).toHaveLength(3);
  expect(outline('{brand} : votre commande {order}[ avec {carrier}].[ Suivi : {link}]', fr)).toBe('‹la marque› : votre commande ‹le numéro de commande› avec ‹le transporteur›. Suivi : ‹le lien›');
});

test('the clock of a request says its days, and how pressing they are', () => {
  const now = Date.parse('2026-11-22T09:00:00Z');
  expect(daysLeft('2026-12-22T09:00:00Z', now)).toBe(30);
  expect(leftOf('2026-12-22T09:00:00Z', now, fr)).toEqual({ words: 'reste 30 jours', tone: 'calm' });
  expect(leftOf('2026-11-24T09:00:00Z', now, en)).toEqual({ words: '2 days left', tone: 'warn' });
  expect(leftOf('2026-11-22T18:00:00Z', now, fr)).toEqual({ words: 'à finir aujourd’hui', tone: 'bad' });
  expect(leftOf('2026-11-21T08:00:00Z', now, fr).tone).toBe('bad');
});
