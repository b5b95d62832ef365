// The page without its screen, against a played server.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Api, Refusal } from '../src/live/api.ts';
import { DeskClient } from '../src/live/client.ts';
import type { Shelf } from '../src/live/outbox.ts';
import type { Wire } from '../src/live/socket.ts';
import type { Act, Entry, Frame, Key, Me, Summary } from '../src/protocol.ts';

const key: Key = 'lumen/ana';
const me: Me = { agent: { id: 'theo', name: 'Théo', email: '', role: 'agent', presence: 'online', load: 0, capacity: 6 }, csrf: 'x', brands: [], permissions: [], take_back: 5 };
const row = (more: Partial<Summary> = {}): Summary => ({
  brand: 'lumen', customer: 'ana', name: 'Ana', phone: '', medium: 'sms', language: 'fr', state: 'awaiting_agent', owner_kind: 'queue', owner: '',
  status: 'queued', preview: '', from: 'customer', at: '2026-03-02T09:00:00Z', version: 5, ...more,
});
const entry: Entry = { id: '1', kind: 'message', from: 'customer', text: 'oui', at: '2026-03-02T09:00:00Z', version: 5 };

class Memory implements Shelf {
  m = new Map<string, string>();
  get length() { return this.m.size; }
  key(i: number) { return [...this.m.keys()][i] ?? null; }
  getItem(k: string) { return this.m.get(k) ?? null; }
  setItem(k: string, v: string) { this.m.set(k, v); }
  removeItem(k: string) { this.m.delete(k); }
}

function play() {
  const asked: string[] = [];
  const acts: Act[] = [];
  const server = { row: row(), refuse: null as string | null, down: 0 };
  const wire: Wire = { send: () => {}, close: () => {}, onopen: null, onmessage: null, onclose: null };
  const fetcher = (async (url: string, o: RequestInit) => {
    const path = String(url).replace('/v1/desk/', '');
    asked.push(`${o.method} ${path}`);
    const body = (b: unknown, status = 200) => new Response(JSON.stringify(b), { status });
    if (server.down-- > 0) throw new TypeError('network');
    if (path.endsWith('/acts')) {
      const act: Act = JSON.parse(String(o.body));
      acts.push(act);
      if (server.refuse) return body({ code: server.refuse, owner: 'lea' }, 409);
      server.row = { ...server.row, version: server.row.version + 1 };
      return body({ version: server.row.version, conversation: server.row });
    }
    if (path.endsWith('/draft')) return new Response(null, { status: 204 });
    if (path.includes('/thread')) return body({ items: [entry], next: '' });
    if (path.startsWith('conversations?')) return body({ counts: { mine: 0, queue: 1, bot: 0, all: 1 }, items: [server.row] });
    if (path.startsWith('conversations/')) return body({ conversation: server.row });
    return body({ items: [] });
  }) as typeof fetch;
  const shelf = new Memory();
  const client = new DeskClient(new Api('/v1/desk/', fetcher), me, shelf, () => wire, () => {});
  const tell = (f: Frame) => wire.onmessage!({ data: JSON.stringify({ v: 1, ...f }) });
  client.start();
  wire.onopen!({});
  tell({ t: 'ready', d: { epoch: 'a', heads: { lumen: 1 } } });
  return { client, server, asked, acts, tell, shelf, state: () => client.store.getState() };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const settled = () => vi.advanceTimersByTimeAsync(5_000);

test('whatever view is open, the queue is loaded: an offer made before the page came is in it', async () => {
  const { client, asked } = play();
  void client.show('mine');
  await settled();
  expect(asked.filter((a) => a.includes('view=queue'))).toHaveLength(1);
  client.stop();
});

test('what an agent writes goes with its moment and whom it names', async () => {
  const { client, acts } = play();
  await settled();
  client.write(key, 'write', 'à demain', { after: '2026-03-03T07:00:00Z' });
  client.write(key, 'note', '@Léa', { mentions: ['lea'] });
  await settled();
  expect(acts).toMatchObject([{ kind: 'write', after: '2026-03-03T07:00:00Z' }, { kind: 'note', mentions: ['lea'] }]);
  client.stop();
});

test('a recall whose answer is lost is asked for again with the same id, and one refused is told', async () => {
  const { client, acts, server } = play();
  await settled();
  server.down = 1;
  const recalled = client.act(key, 'recall', { message: '7' });
  await settled();
  await recalled;
  expect(acts).toHaveLength(1);
  server.refuse = 'sent';
  await expect(client.act(key, 'recall', { message: '7' })).rejects.toMatchObject({ code: 'sent' } satisfies Partial<Refusal>);
  client.stop();
});

test('a deleted conversation leaves the page, its details and the counts', async () => {
  const { client, tell, state } = play();
  await settled();
  client.open(key);
  await settled();
  expect(state().details[key]).toBeDefined();
  tell({ t: 'gone', d: { brand: 'lumen', customer: 'ana' } });
  expect([state().known.rows[key], state().details[key], state().counts.queue]).toEqual([undefined, undefined, 0]);
  expect(state().known.gone[key]).toBe(true);
  tell({ t: 'conversation', d: row({ version: 9 }) });
  await settled();
  expect([state().known.rows[key], state().details[key]]).toEqual([undefined, undefined]);
  client.stop();
});

test('what was read is remembered by this browser', async () => {
  const { client, shelf } = play();
  client.read(key, '2026-03-02T09:00:00Z');
  client.read(key, '2026-03-02T08:00:00Z');
  expect(JSON.parse(shelf.getItem('causette.read.theo')!)).toEqual({ [key]: '2026-03-02T09:00:00Z' });
  client.stop();
});
