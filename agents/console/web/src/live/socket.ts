// The socket half of the protocol: hello with what we have, replay, ready, and
// again after every break. It knows nothing of the page: frames go to onFrame.
//
//   connecting ──open──▶ catching_up ──ready──▶ live
//        ▲                    │                   │
//        └── reconnecting ◀───┴───── close ───────┘     4001, 4003: over

import type { Frame } from '../protocol.ts';

export type Link = 'connecting' | 'catching_up' | 'live' | 'reconnecting' | 'over';

/** What the class needs of a WebSocket. */
export interface Wire {
  send(data: string): void;
  close(code?: number): void;
  onopen: ((e: any) => void) | null;
  onmessage: ((e: { data: any }) => void) | null;
  onclose: ((e: { code: number }) => void) | null;
}

export interface Options {
  open: () => Wire;
  tab: string;
  onFrame: (f: Frame) => void;
  onLink: (l: Link, waiting: number) => void;
  onReady: () => void; // everything missed has been replayed
  onResync: () => void; // too much was missed: what is known must be loaded anew
  random?: () => number;
}

const silence = 20_000; // the server marks every 10 s: after this long we ask
const patience = 10_000; // and after this long more we give the wire up
const slowest = 30_000;

export class DeskSocket {
  /** The log's position by brand: what has been applied. */
  last: Record<string, number> = {};
  epoch = '';
  link: Link = 'connecting';

  private wire: Wire | null = null;
  private tries = 0;
  private caught = 0; // frames replayed since hello
  private again: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setTimeout> | undefined;
  private stopped = true;

  constructor(private readonly o: Options) {}

  start() {
    this.stopped = false;
    this.connect();
  }

  stop() {
    this.stopped = true;
    this.drop();
    this.set('over');
  }

  /** Try at once: the browser says that the network is back. */
  hurry() {
    if (this.stopped || this.wire) return;
    clearTimeout(this.again);
    this.connect();
  }

  /** Says something worth nothing later: dropped unless live. */
  say(t: string, d: unknown) {
    if (this.link === 'live') this.post({ t, d });
  }

  private connect() {
    clearTimeout(this.again);
    let wire: Wire;
    try {
      wire = this.o.open();
    } catch {
      this.later();
      return;
    }
    this.wire = wire;
    this.caught = 0;
    this.alive();
    wire.onopen = () => {
      if (this.wire !== wire) return;
      this.alive();
      this.set('catching_up');
      this.post({ t: 'hello', d: { epoch: this.epoch, last: this.last, tab: this.o.tab } });
    };
    wire.onmessage = (e) => {
      if (this.wire === wire) this.hear(String(e.data));
    };
    wire.onclose = (e) => {
      if (this.wire !== wire) return;
      this.drop();
      if (e.code === 4001 || e.code === 4003) {
        this.stopped = true;
        this.set('over');
        return;
      }
      if (e.code === 4009) this.forget();
      this.later();
    };
  }

  private hear(data: string) {
    this.alive();
    let f: Frame;
    try {
      f = JSON.parse(data);
    } catch {
      return;
    }
    switch (f.t) {
      case 'ready':
        this.epoch = f.d.epoch;
        for (const [brand, seq] of Object.entries<number>(f.d.heads ?? {})) this.reach(brand, seq);
        this.tries = 0;
        this.set('live');
        this.o.onReady();
        return;
      case 'resync':
        this.forget();
        this.o.onResync();
        return;
      case 'mark':
        this.reach(f.d.brand, f.d.seq);
        return;
      case 'ping':
        this.post({ t: 'pong' });
        return;
      case 'pong':
        return;
    }
    this.o.onFrame(f);
    const brand = f.brand ?? f.d?.brand;
    if (f.seq && brand) this.reach(brand, f.seq); // after it was applied, never before
    if (this.link === 'catching_up') this.o.onLink('catching_up', ++this.caught);
  }

  private reach(brand: string, seq: number) {
    if (seq > (this.last[brand] ?? 0)) this.last[brand] = seq;
  }

  private forget() {
    this.last = {};
    this.epoch = '';
  }

  private post(f: Frame) {
    this.wire?.send(JSON.stringify({ v: 1, ...f }));
  }

  /** A wire can die without a word: silence is asked about, then given up. */
  private alive() {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => {
      if (this.link === 'live') this.post({ t: 'ping' });
      this.watch = setTimeout(() => {
        this.drop();
        this.later();
      }, patience);
    }, silence);
  }

  private drop() {
    clearTimeout(this.watch);
    clearTimeout(this.again);
    const wire = this.wire;
    this.wire = null;
    if (!wire) return;
    wire.onopen = wire.onmessage = wire.onclose = null;
    wire.close();
  }

  private later() {
    if (this.stopped) return;
    this.set('reconnecting');
    const bound = Math.min(slowest, 500 * 2 ** this.tries++);
    const random = this.o.random ?? Math.random;
    this.again = setTimeout(() => this.connect(), bound / 2 + (bound / 2) * random());
  }

  private set(l: Link) {
    if (this.link === l) return;
    this.link = l;
    this.o.onLink(l, this.caught);
  }
}
