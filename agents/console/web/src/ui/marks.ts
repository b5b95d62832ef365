// Where the words of a search stand in a text.

export interface Mark { text: string; hit: boolean }

// Letters as they are looked for: without case and accents, one for each of the
// text's own, so that a place in the one is the same place in the other.
const plainOf = (text: string) => [...text].map((c) => {
  const bare = c.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  return [...bare][0] ?? c;
});

/** The text in pieces, those that match one of the words marked; accents and case do not count. */
export function marks(text: string, q: string): Mark[] {
  const letters = [...text];
  const plain = plainOf(text);
  const hit = new Array<boolean>(letters.length).fill(false);
  for (const word of wordsOf(q)) {
    const w = plainOf(word);
    for (let i = 0; i + w.length <= plain.length; i++) {
      if (w.every((c, j) => plain[i + j] === c)) hit.fill(true, i, i + w.length);
    }
  }
  const pieces: Mark[] = [];
  letters.forEach((c, i) => {
    const last = pieces.at(-1);
    if (last && last.hit === hit[i]) last.text += c;
    else pieces.push({ text: c, hit: hit[i]! });
  });
  return pieces;
}

const wordsOf = (q: string) => q.replaceAll('"', ' ').split(/\s+/).filter(Boolean).slice(0, 12);

const around = 60; // characters before the first match

/** What of a long text to show: from shortly before the first match on. */
export function snippet(text: string, q: string, most = 220): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  const letters = [...flat];
  if (letters.length <= most) return flat;
  const first = marks(flat, q).reduce<{ at: number; found: boolean }>((s, m) => s.found || m.hit ? { ...s, found: true } : { at: s.at + [...m.text].length, found: false }, { at: 0, found: false });
  const from = first.found ? Math.max(0, Math.min(first.at - around, letters.length - most)) : 0;
  const cut = letters.slice(from, from + most).join('');
  return `${from ? '…' : ''}${cut}${from + most < letters.length ? '…' : ''}`;
}
