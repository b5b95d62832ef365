// Server-sent events, as far as the server sends them: a "data:" line each.

/** What a piece of the stream adds: the documents that are whole, and what is left. */
export function eventsOf(text: string): { events: string[]; rest: string } {
  const parts = text.split('\n\n');
  const rest = parts.pop()!;
  const events = parts.flatMap((p) => {
    const data = p.split('\n').filter((l) => l.startsWith('data:')).map((l) => l.slice(5).replace(/^ /, ''));
    return data.length ? [data.join('\n')] : []; // the others keep the connection alive
  });
  return { events, rest };
}

/** Each document of a stream, until it ends. */
export async function* documents<T>(body: ReadableStream<Uint8Array>): AsyncGenerator<T> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let left = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const { events, rest } = eventsOf(left + decoder.decode(value, { stream: true }));
      left = rest;
      for (const e of events) yield JSON.parse(e) as T;
    }
  } finally {
    void reader.cancel().catch(() => {}); // whoever stops listening leaves
  }
}
