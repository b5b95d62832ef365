// The socket client against a server of the protocol that breaks: at the end
// the page has applied every frame of the log.

import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DeskSocket, type Link, type Wire } from '../src/live/socket.ts';
import type { Frame } from '../src/protocol.ts';

class Server {
  log: Frame[] = [];
  epoch = 'a';
  wires: FakeWire[] = [];
  down = false;

  open = (): Wire => {
    if (this.down) throw new Error('no network');
    const w = new FakeWire(this);
    this.wires.push(w);
    return w;
  };
  get wire() { return this.wires.at(-1); }
  say(n: number) {
    const f: Frame = { t: 'entry', seq: this.log.length + 1, brand: 'lumen', d: { n } };
    this.log.push(f);
    if (this.wire?.live) this.wire.tell(f);
  }
}

class FakeWire implements Wire {
  onopen: Wire['onopen'] = null;
  onmessage: Wire['onmessage'] = null;
  onclose: Wire['onclose'] = null;
  live = false;
  closed = false;
  heard: Frame[] = [];
  constructor(private server: Server) {}
  send(data: string) { this.heard.push(JSON.parse(data)); }
  close() { this.closed = true; this.live = false; }
  tell(f: Frame) { this.onmessage?.({ data: JSON.stringify({ v: 1, ...f }) }); }
  cut(code = 1006) { this.live = false; this.onclose?.({ code }); }
  /** Opens, hears hello, replays at most n frames, and is ready if that was all. */
  welcome(n = Infinity) {
    this.onopen?.({});
    const hello = this.heard.find((f) => f.t === 'hello')!.d;
    const s = this.server;
    if (hello.epoch && hello.epoch !== s.epoch) this.tell({ t: 'resync', d: { why: 'other_epoch' } });
    else if (hello.last.lumen !== undefined) {
      const missed = s.log.slice(hello.last.lumen);
      for (const f of missed.slice(0, n)) this.tell(f);
      if (missed.length > n) return;
    }
    this.live = true;
    this.tell({ t: 'ready', d: { epoch: s.epoch, heads: { lumen: s.log.length } } });
  }
}

function page(server: Server) {
  const got: number[] = [];
  const links: Link[] = [];
  const count = { ready: 0, resync: 0 };
  const socket = new DeskSocket({
    open: server.open, tab: 't', random: () => 0.5,
    onFrame: (f) => got.push(f.seq!), onLink: (l) => links.push(l),
    onReady: () => count.ready++, onResync: () => count.resync++,
  });
  return { socket, got, links, count };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('breaks anywhere lose nothing and double nothing', () => {
  const moves = fc.array(fc.oneof(
    fc.record({ do: fc.constant('say' as const), n: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ do: fc.constant('cut' as const), n: fc.integer({ min: 0, max: 3 }) }),
  ), { maxLength: 40 });
  fc.assert(fc.property(moves, (list) => {
    const server = new Server();
    const { socket, got } = page(server);
    socket.start();
    server.wire!.welcome();
    for (const m of list) {
      if (m.do === 'say') for (let i = 0; i < m.n; i++) server.say(i);
      else {
        server.wire!.cut();
        vi.advanceTimersByTime(60_000);
        server.wire!.welcome(m.n); // may break off in the middle of the replay
      }
    }
    server.wire!.cut();
    vi.advanceTimersByTime(60_000);
    server.wire!.welcome();
    expect(got).toEqual(server.log.map((f) => f.seq));
    expect(socket.last.lumen ?? 0).toBe(server.log.length);
    expect(socket.link).toBe('live');
    socket.stop();
  }), { numRuns: 60 });
});

test('it says how it stands, and backs off with jitter', () => {
  const server = new Server();
  const { socket, links } = page(server);
  socket.start();
  server.wire!.welcome();
  expect(links).toEqual(['catching_up', 'live']);
  server.down = true;
  server.wire!.cut();
  expect(socket.link).toBe('reconnecting');
  vi.advanceTimersByTime(10_000);
  server.down = false;
  socket.hurry();
  server.wire!.welcome();
  expect(socket.link).toBe('live');
  expect(server.wires).toHaveLength(2);
  socket.stop();
});

test('another epoch makes it load anew, from where the log stands', () => {
  const server = new Server();
  const { socket, count } = page(server);
  socket.start();
  server.wire!.welcome();
  server.say(1);
  server.epoch = 'b';
  server.log = [];
  server.wire!.cut(4009);
  vi.advanceTimersByTime(1_000);
  server.wire!.welcome();
  expect(count).toEqual({ ready: 2, resync: 0 }); // 4009 was said before: nothing is claimed to be had
  socket.last = { lumen: 9 };
  server.epoch = 'c';
  server.wire!.cut();
  vi.advanceTimersByTime(1_000);
  server.wire!.welcome();
  expect(count).toEqual({ ready: 3, resync: 1 });
  expect(socket.last).toEqual({}); // what was had of the other log counts for nothing
  socket.stop();
});

test.each([4001, 4003])('%i is final', (code) => {
  const server = new Server();
  const { socket, links } = page(server);
  socket.start();
  server.wire!.welcome();
  server.wire!.cut(code);
  vi.advanceTimersByTime(120_000);
  expect(links.at(-1)).toBe('over');
  expect(server.wires).toHaveLength(1);
});

test('a wire that is silent is asked, then given up', () => {
  const server = new Server();
  const { socket } = page(server);
  socket.start();
  const wire = server.wire!;
  wire.welcome();
  vi.advanceTimersByTime(20_000);
  expect(wire.heard.at(-1)).toEqual({ v: 1, t: 'ping' });
  wire.tell({ t: 'pong' });
  vi.advanceTimersByTime(29_000);
  expect(socket.link).toBe('live');
  vi.advanceTimersByTime(2_000);
  expect(socket.link).toBe('reconnecting');
  expect(wire.closed).toBe(true);
  socket.stop();
});
