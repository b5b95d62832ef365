// What a text costs as SMS: 3GPP TS 23.038. GSM-7 holds 160 septets in one
// segment and 153 in each of several; one character outside it turns the whole
// text into UCS-2, with 70 and 67 UTF-16 units.

const basic = '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const extended = '^{}\\[~]|€\f'; // behind an escape: two septets

const cost = new Map<string, number>([...[...basic].map((c) => [c, 1] as const), ...[...extended].map((c) => [c, 2] as const)]);

/** What may stand in for a character that is outside GSM-7. */
const instead: Record<string, string> = {
  '’': "'", '‘': "'", '“': '"', '”': '"', '«': '"', '»': '"', '…': '...', '–': '-', '—': '-', '\u00a0': ' ', '\u202f': ' ', '\u2009': ' ',
  ç: 'c', â: 'a', ê: 'e', ë: 'e', î: 'i', ï: 'i', ô: 'o', û: 'u', ÿ: 'y', œ: 'oe', À: 'A', Â: 'A', È: 'E', Ê: 'E', Ë: 'E', Î: 'I', Ï: 'I',
  Ô: 'O', Û: 'U', Ù: 'U', Œ: 'OE', '°': 'o', '•': '-', '\t': ' ',
};

export interface Meter {
  encoding: 'GSM-7' | 'UCS-2';
  characters: number;
  segments: number;
  left: number; // units that still fit in the last segment
  forced: string[]; // the characters that force UCS-2, each once, as they come
}

export function meter(text: string): Meter {
  const chars = [...text];
  const forced = [...new Set(chars.filter((c) => !cost.has(c)))];
  const sizes = forced.length ? chars.map((c) => c.length) : chars.map((c) => cost.get(c)!);
  const [single, several] = forced.length ? [70, 67] : [160, 153];
  return { encoding: forced.length ? 'UCS-2' : 'GSM-7', characters: chars.length, forced, ...pack(sizes, single, several) };
}

// A pair, of an escape or of surrogates, is never split over two segments.
function pack(sizes: number[], single: number, several: number): { segments: number; left: number } {
  const total = sizes.reduce((a, b) => a + b, 0);
  if (total <= single) return { segments: total ? 1 : 0, left: single - total };
  let segments = 1;
  let used = 0;
  for (const size of sizes) {
    if (used + size > several) {
      segments++;
      used = 0;
    }
    used += size;
  }
  return { segments, left: several - used };
}

/** The text with everything replaced that has something to stand in for it. */
export function plain(text: string): string {
  return [...text].map((c) => (cost.has(c) ? c : instead[c] ?? c)).join('');
}
