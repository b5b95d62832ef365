// What the page knows of the network. Updates are applied in order and may be
// applied twice; whoever draws listens for the names of what changed.

export class Store extends EventTarget {
  epoch = '';
  seq = 0;
  network = {};
  lines = [];
  phones = new Map(); // number → {phone, unread, messages: Map of id or key → message}
  total = 0;

  // begin takes a snapshot in place of everything.
  begin(s) {
    const unsent = [...this.phones.values()].flatMap((p) => [...p.messages.values()].filter((m) => m.local));
    Object.assign(this, { epoch: s.epoch, seq: s.seq, network: s.network, lines: s.lines, total: s.total });
    this.phones = new Map(s.phones.map(({ messages, unread, ...phone }) => [
      phone.number, { phone, unread: unread ?? {}, messages: new Map(messages.map((m) => [m.id, m])) },
    ]));
    const known = new Set(s.phones.flatMap((p) => p.messages.map((m) => m.key)));
    for (const m of unsent) if (!known.has(m.key)) this.phones.get(m.phone)?.messages.set(m.key, m);
    this.tell('snapshot');
  }

  apply({ phone, message, network, gone, seq }) {
    if (seq <= this.seq) return;
    this.seq = seq;
    if (phone) this.#holder(phone);
    if (message) this.#message(message);
    if (network) {
      this.network = network;
      this.tell('network');
    }
    if (gone) {
      this.phones.get(gone.phone)?.messages.delete(gone.id);
      this.tell('message', { number: gone.phone });
    }
  }

  #holder({ unread, ...phone }) {
    const known = this.phones.get(phone.number);
    if (known) Object.assign(known, { phone, unread: unread ?? {} });
    else {
      this.phones.set(phone.number, { phone, unread: unread ?? {}, messages: new Map() });
      this.total++;
    }
    this.tell(known ? 'phone' : 'added', { number: phone.number });
  }

  #message(m) {
    const p = this.phones.get(m.phone);
    if (!p) return;
    const old = p.messages.get(m.id);
    if (m.key) p.messages.delete(m.key);
    p.messages.set(m.id, m);
    const arrived = m.from === 'brand' && m.place > 0 && !old?.place;
    this.tell('message', { number: m.phone, message: m, arrived });
  }

  // draft shows what was just written, before the carrier has it.
  draft(m) {
    const p = this.phones.get(m.phone);
    if ([...p.messages.values()].some((k) => k.key === m.key && !k.local)) return;
    p.messages.set(m.key, { ...m, local: true });
    this.tell('message', { number: m.phone, message: m });
  }

  line(id) { return this.lines.find((l) => l.channel === id); }

  // thread lists what is on the phone's screen for a line, oldest first.
  thread(number, channel) {
    return [...this.phones.get(number).messages.values()]
      .filter((m) => m.channel === channel && (m.place > 0 || m.local))
      .sort((a, b) => (a.local ? Infinity : a.place) - (b.local ? Infinity : b.place) || a.order - b.order || 0);
  }

  // onAir lists the brand's messages that are not on a phone, newest first.
  onAir() {
    return [...this.phones.values()].flatMap((p) => [...p.messages.values()])
      .filter((m) => m.from === 'brand' && !m.place)
      .sort((a, b) => b.at.localeCompare(a.at));
  }

  unread(number) { return Object.values(this.phones.get(number).unread).reduce((a, b) => a + b, 0); }

  tell(name, detail = {}) { this.dispatchEvent(new CustomEvent(name, { detail })); }
}
