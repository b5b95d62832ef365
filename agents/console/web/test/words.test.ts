import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { codes, explain } from '../src/codes.ts';
import { addressOf, linkify } from '../src/linkify.ts';
import { meter, plain } from '../src/sms.ts';
import { speak, words, type Word } from '../src/words/index.ts';

test('both languages have the same words, with the same blanks', () => {
  expect(Object.keys(words.en).sort()).toEqual(Object.keys(words.fr).sort());
  const blanks = (s: string) => [...new Set(s.match(/\{\w+\}/g))].sort();
  for (const key of Object.keys(words.fr) as Word[]) {
    expect(words.fr[key], key).not.toBe('');
    expect(blanks(words.en[key]), key).toEqual(blanks(words.fr[key]));
  }
});

test('plurals and numbers are the language’s', () => {
  expect(speak('fr')('list.new', { n: 1 })).toBe('1 nouveauté');
  expect(speak('en')('list.new', { n: 0 })).toBe('0 new');
  expect(speak('fr')('meter.chars', { n: 1234 })).toMatch(/^1.234 caractères$/);
});

test('every code that the gateway knows is explained', () => {
  const table = readFileSync(new URL('../../../../gateway/twilio/table.go', import.meta.url), 'utf8');
  const known = [...table.matchAll(/\{code: "(\d+)"/g)].map((m) => m[1]!);
  expect(known.length).toBeGreaterThan(30);
  expect([...codes].sort()).toEqual([...known].sort());
  expect(explain('30003', 'fr')).toBe('Téléphone éteint ou hors réseau');
  expect(explain('1', 'fr')).toBeUndefined();
});

test.each<[string, string, 'GSM-7' | 'UCS-2', number, number]>([
  ['nothing', '', 'GSM-7', 0, 160],
  ['French letters that GSM-7 has', 'àéèùìòäöüñæÇÉ', 'GSM-7', 1, 147],
  ['a full segment', 'a'.repeat(160), 'GSM-7', 1, 0],
  ['one more', 'a'.repeat(161), 'GSM-7', 2, 145],
  ['extended characters count twice', '€'.repeat(80), 'GSM-7', 1, 0],
  ['an escape pair is not split', 'a'.repeat(152) + '€' + 'a'.repeat(20), 'GSM-7', 2, 131],
  ['a curly apostrophe', '’'.repeat(70), 'UCS-2', 1, 0],
  ['and one more', '’'.repeat(71), 'UCS-2', 2, 63],
  ['a surrogate pair is not split', 'ç'.repeat(66) + '😀' + 'ç'.repeat(10), 'UCS-2', 2, 55],
])('the meter: %s', (_, text, encoding, segments, left) => {
  expect(meter(text)).toMatchObject({ encoding, segments, left });
});

test('the meter names what forces UCS-2, and what can stand in for it', () => {
  const text = 'Ça va ? C’est « noté »… ☂';
  expect(meter(text).forced).toEqual(['’', '«', '»', '…', '☂']);
  expect(plain(text)).toBe('Ça va ? C\'est " noté "... ☂');
  expect(meter(plain('œuf\u00a0ç')).encoding).toBe('GSM-7');
});

test('only http and https become links', () => {
  expect(linkify('voir https://a.fr/x?y=(1). fin')).toEqual([{ text: 'voir ' }, { text: 'https://a.fr/x?y=(1)', href: 'https://a.fr/x?y=(1)' }, { text: '. fin' }]);
  for (const bad of ['javascript:alert(1)', 'data:text/html,x', 'https://me:pw@a.fr', 'https://', 'ftp://a.fr', '//a.fr', '']) {
    expect(addressOf(bad), bad).toBeUndefined();
    expect(linkify(bad).some((p) => p.href), bad).toBe(false);
  }
});
