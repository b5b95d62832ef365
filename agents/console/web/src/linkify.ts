// Finds links in a text: http and https only, parsed by URL, so that nothing
// else ever becomes an address that a click opens.

export type Piece = { text: string; href?: string };

const candidate = /https?:\/\/[^\s<>"'`]+/gi;

export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const m of text.matchAll(candidate)) {
    const found = trim(m[0]);
    const href = addressOf(found);
    if (!href) continue;
    if (m.index > at) pieces.push({ text: text.slice(at, m.index) });
    pieces.push({ text: found, href });
    at = m.index + found.length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}

/** The address, if it is one that may be opened. */
export function addressOf(s: string | undefined): string | undefined {
  if (!s) return undefined;
  try {
    const u = new URL(s);
    const web = u.protocol === 'http:' || u.protocol === 'https:';
    return web && u.hostname && !u.username && !u.password ? u.href : undefined;
  } catch {
    return undefined;
  }
}

// The punctuation of the sentence is not the link's.
function trim(s: string): string {
  let t = s.replace(/[.,;:!?…»”’]+$/u, '');
  while (t.endsWith(')') && count(t, ')') > count(t, '(')) t = t.slice(0, -1).replace(/[.,;:!?]+$/, '');
  return t;
}
const count = (s: string, c: string) => s.split(c).length - 1;
