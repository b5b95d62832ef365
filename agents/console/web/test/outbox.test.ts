import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Refusal } from '../src/live/api.ts';
import { come, Outbox, type Pending, type Shelf } from '../src/live/outbox.ts';
import type { Act, Conversation, Entry } from '../src/protocol.ts';

class Memory implements Shelf {
  private m = new Map<string, string>();
  get length() { return this.m.size; }
  key(i: number) { return [...this.m.keys()][i] ?? null; }
  getItem(k: string) { return this.m.get(k) ?? null; }
  setItem(k: string, v: string) { this.m.set(k, v); }
  removeItem(k: string) { this.m.delete(k); }
}

/** A server that keeps what it said by id, and may be out of reach. */
class Server {
  down = false;
  loses = false; // does it, but the answer is lost
  refuses: string | null = null;
  said = new Map<string, string>();
  posts: Act[] = [];
  version = 10;
  post = async (_: string, a: Act) => {
    this.posts.push(a);
    if (this.down) throw new TypeError('network');
    if (this.refuses && !a.anyway) throw new Refusal(409, this.refuses, { missed: [] });
    if (!this.said.has(a.id)) {
      this.said.set(a.id, a.text!);
      this.version++;
    }
    if (this.loses) throw new TypeError('network');
    return { version: this.version, conversation: {} as Conversation };
  };
}

const key = 'lumen/ana';
const write = (id: string, text: string): Pending['act'] => ({ id, kind: 'write', text, seen: 10 });
const make = (server: Server, shelf = new Memory()) => ({ shelf, box: new Outbox('theo', shelf, server.post, () => {}) });
const settled = () => vi.advanceTimersByTimeAsync(40_000);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('written offline stays queued, in order, and is sent once', async () => {
  const server = new Server();
  server.down = true;
  const { box } = make(server);
  box.add(key, write('1', 'un'), '');
  box.add(key, write('2', 'deux'), '');
  await settled();
  expect(box.items.map((p) => p.state)).toEqual(['queued', 'queued']);
  server.down = false;
  await settled();
  expect([...server.said.values()]).toEqual(['un', 'deux']);
  expect(box.items.map((p) => p.state)).toEqual(['accepted', 'accepted']);
});

test('an answer that is lost is asked for again with the same id', async () => {
  const server = new Server();
  server.loses = true;
  const { box } = make(server);
  box.add(key, write('1', 'un'), '');
  await vi.advanceTimersByTimeAsync(2_000);
  server.loses = false;
  await settled();
  expect(server.said.size).toBe(1);
  expect(new Set(server.posts.map((a) => a.id)).size).toBe(1);
});

test('a reload keeps what waits and what was refused, and no other agent sees it', async () => {
  const server = new Server();
  server.refuses = 'moved';
  const { box, shelf } = make(server);
  box.add(key, write('1', 'un'), '');
  await settled();
  box.stop();
  const again = make(server, shelf).box;
  expect(again.items.map((p) => [p.state, p.code])).toEqual([['refused', 'moved']]);
  expect(new Outbox('lea', shelf, server.post, () => {}).items).toEqual([]);
});

test('sent anyway, a refused one is another act', async () => {
  const server = new Server();
  server.refuses = 'moved';
  const { box } = make(server);
  box.add(key, write('1', 'un'), '');
  await settled();
  box.retry('1', { anyway: true });
  await settled();
  expect(box.items.map((p) => p.state)).toEqual(['accepted']);
  expect(server.posts.at(-1)!.id).not.toBe('1');
  expect(box.discard(box.items[0]!.act.id)).toBeUndefined(); // what was said is not taken back
});

test('a bubble leaves when the entry of its act has come, whatever was made of the words', () => {
  const say = (act: string, more: Partial<Entry> = {}): Entry => ({ id: act, kind: 'message', from: 'agent', agent: 'theo', text: 'autre', at: '', version: 12, act, ...more });
  const p = (id: string, state: Pending['state'] = 'accepted'): Pending => ({ key, act: write(id, 'ok'), at: '', state });
  expect([...come([p('1'), p('2')], [say('2')], 'theo')]).toEqual(['2']);
  expect([...come([p('1', 'posting')], [say('1')], 'theo')]).toEqual(['1']);
  expect([...come([p('1', 'refused'), p('2', 'queued')], [say('1'), say('2')], 'theo')]).toEqual([]);
  expect([...come([p('1')], [say('1', { agent: 'lea' }), say('1', { kind: 'event' }), say('')], 'theo')]).toEqual([]);
});
