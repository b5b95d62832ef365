// What the palette offers beside what it finds: acts, places, colleagues, settings.

import type { Command } from './Palette.tsx';

const bare = (s: string) => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** How well a label meets what was typed; 0: not at all. Each word has to begin a word of it, or at least be in it. */
export function meets(label: string, q: string): number {
  const words = bare(q).split(/\s+/).filter(Boolean);
  if (!words.length) return 1;
  const text = bare(label);
  const starts = text.split(/[^\p{L}\p{N}+]+/u);
  let score = 1;
  for (const w of words) {
    if (starts[0]?.startsWith(w)) score += 4;
    else if (starts.some((s) => s.startsWith(w))) score += 3;
    else if (text.includes(w)) score += 1;
    else return 0;
  }
  return score;
}

/** The commands that meet what was typed, with how well. */
export function sifted(all: Command[], q: string): Command[] {
  return all.filter((c) => q || !c.later).map((c) => ({ ...c, score: meets(`${c.label} ${c.words ?? ''}`, q) })).filter((c) => c.score > 0);
}

/** In sections: that with the best first, and in each the best first. */
export function arranged(list: Command[]): Command[] {
  const best = new Map<number, number>();
  for (const c of list) best.set(c.section, Math.max(best.get(c.section) ?? 0, c.score ?? 0));
  return list
    .map((c, i) => ({ c, i }))
    .sort((a, b) => best.get(b.c.section)! - best.get(a.c.section)! || a.c.section - b.c.section || (b.c.score ?? 0) - (a.c.score ?? 0) || a.i - b.i)
    .map((x) => x.c);
}
