import { marks, snippet } from './marks.ts';

/** A text with the searched words marked. */
export function Marked({ text, q }: { text: string; q: string }) {
  return <>{marks(snippet(text, q), q).map((m, i) => (m.hit ? <mark key={i}>{m.text}</mark> : m.text))}</>;
}
