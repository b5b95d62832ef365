import { expect, test } from 'vitest';
import { at, colleagues, fill, inLanguage, mentions, named, search, slash, valuesOf } from '../src/compose.ts';
import type { Agent, Conversation } from '../src/protocol.ts';
import { speak } from '../src/words/index.ts';

const agent = (id: string, name: string, presence: Agent['presence'] = 'online'): Agent => ({ id, name, email: '', role: 'agent', presence, load: 0, capacity: 6 });
const staff = [agent('c', 'Camille'), agent('t', 'Thomas', 'offline'), agent('n', 'Nadia Roux'), agent('n2', 'Nadia')];

test('a blank that nothing fills is named once, and left as it is', () => {
  expect(fill('Bonjour {name}, {agent} ici. {order} {order}', { name: 'Ana', agent: '', order: undefined }))
    .toEqual({ text: 'Bonjour Ana, {agent} ici. {order} {order}', missing: ['agent', 'order'] });
});

test('the newest order is the one that a reply names', () => {
  const order = (number: string, placed: string) => ({ id: number, number, status: 'shipped', total: { amount: 1, currency: 'EUR' }, placed, changed: placed });
  const c = { profile: { first: 'Ana', orders: [order('1', '2026-01-01'), order('2', '2026-02-01')], cart: { id: 'c', total: { amount: 24900, currency: 'EUR' }, updated: '' } } } as unknown as Conversation;
  const v = valuesOf(c, staff[0]!, 'Lumen', speak('fr'));
  expect(v).toMatchObject({ name: 'Ana', agent: 'Camille', brand: 'Lumen', order: '2', status: 'expédiée' });
  expect(v.cart).toMatch(/^249,00/);
  expect(valuesOf(undefined, staff[0]!, 'Lumen', speak('fr')).order).toBeUndefined();
});

test('a slash opens the replies at the very start only', () => {
  expect(['/', '/bon', '/deux mots', ' /', 'a/b', '/a\nb', '/home/x', ''].map(slash)).toEqual(['', 'bon', 'deux mots', undefined, undefined, undefined, undefined, undefined]);
});

test('replies are found by title, then by text, without accents', () => {
  const canned = [
    { id: 'a', title: 'Colis en route', text: { fr: 'Votre colis est parti à l’été' } },
    { id: 'b', title: 'Été', text: { fr: 'Bel été', en: 'Nice summer' } },
    { id: 'c', title: 'Merci', text: { en: 'Thanks' } },
  ];
  expect(search(canned, 'ete').map((c) => c.id)).toEqual(['b', 'a']);
  expect(search(canned, '')).toHaveLength(3);
  expect(search(canned, 'zzz')).toEqual([]);
  expect([inLanguage(canned[1]!, 'en'), inLanguage(canned[1]!, 'de'), inLanguage(canned[2]!, 'fr')]).toEqual(['Nice summer', 'Bel été', 'Thanks']);
});

test('an @ asks for a colleague where a name may begin', () => {
  expect(at('vu avec @Na', 11)).toEqual({ from: 8, typed: 'Na' });
  expect(at('@', 1)).toEqual({ from: 0, typed: '' });
  expect(at('moi@lumen', 9)).toBeUndefined();
  expect(at('@Na bonjour', 11)).toBeUndefined();
  expect(colleagues(staff, '', 'c').map((a) => a.id)).toEqual(['n2', 'n', 't']);
  expect(colleagues(staff, 'rou', 'c').map((a) => a.id)).toEqual(['n']);
});

test('a note names colleagues by their whole names, as ids', () => {
  expect(mentions('@Nadia Roux et @Thomas, @Nadia Roux. moi@Camille @Thomasine', staff)).toEqual(['n', 't']);
  expect(mentions('@Nadia', staff)).toEqual(['n2']);
  expect(named('voir @Thomas.', staff).map((p) => p.text)).toEqual(['voir ', '@Thomas', '.']);
});
