// Linking a phone: where it stands, and what each step of the server's makes of it.

import type { PairStep } from '../../protocol.ts';
import type { Speak } from '../../words/index.ts';

export type Pairing =
  | { is: 'asking' }
  | { is: 'code'; code: string; n: number; until: number } // n counts the codes
  | { is: 'linked' }
  | { is: 'failed'; code: string; why: string };

export function stepped(p: Pairing, s: PairStep, now: number): Pairing {
  if (p.is === 'linked' || p.is === 'failed') return p;
  if (s.done) return { is: 'linked' };
  if (s.problem) return { is: 'failed', code: s.problem.code, why: s.problem.detail ?? '' };
  if (!s.code) return p;
  return { is: 'code', code: s.code, n: p.is === 'code' ? p.n + 1 : 1, until: now + (s.seconds ?? 20) * 1000 };
}

/** What it is when the stream has ended: one that said nothing of an end was cut off. */
export const ended = (p: Pairing): Pairing => (p.is === 'linked' || p.is === 'failed' ? p : { is: 'failed', code: 'cut', why: '' });

export const failure = (p: { code: string; why: string }, say: Speak): string =>
  say.maybe(`pair.no.${p.code}`, p.why || say('pair.no.cut'), { why: p.why });

/** What is said to who does not see it. */
export function saidOf(p: Pairing, say: Speak): string {
  switch (p.is) {
    case 'asking': return say('pair.asking');
    case 'code': return say(p.n > 1 ? 'pair.renewed' : 'pair.shown');
    case 'linked': return `${say('pair.linked')} ${say('pair.linked.text')}`;
    case 'failed': return failure(p, say);
  }
}

/** The dark squares as one path, a stroke for each run of a row. */
export function pathOf(rows: boolean[][]): string {
  let d = '';
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      const from = x;
      while (row[x + 1]) x++;
      d += `M${from} ${y}h${x + 1 - from}v1H${from}z`;
    }
  });
  return d;
}
