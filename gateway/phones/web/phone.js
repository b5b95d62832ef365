// One phone: who holds it, the frame, the status bar, and the screen, which is a
// thread, the list of threads, or dark.

import { api } from './api.js';
import { excerpt } from './bubble.js';
import { h, icon } from './dom.js';
import { Thread } from './thread.js';
import { clock, now, spaced, t } from './words.js';

export class PhoneView {
  #threads = new Map(); // channel → Thread
  #screen = h('div', { class: 'content' });
  #clock = h('span', { class: 'clock' });
  #signal = h('span', { class: 'signal', aria: { hidden: 'true' } }, icon('signal', 16), h('span', { class: 'battery' }));
  #badge = h('span', { class: 'badge', hidden: true });
  #name = h('h2');
  #about = h('p', { class: 'about' });
  #number = h('p', { class: 'number' });
  #dark = null;

  constructor(store, number, { active, network, refused }) {
    Object.assign(this, { store, number, refused, channel: null });
    this.element = h('article', { class: 'phone', id: `phone-${number.replace(/\W/g, '')}` },
      h('header', { class: 'holder' },
        h('div', { class: 'person' }, h('div', { class: 'named' }, this.#name, this.#badge), this.#about, this.#number),
        h('button', { type: 'button', class: 'switches', onclick: () => network(number) }, icon('signal', 18))),
      h('div', { class: 'frame' },
        h('div', { class: 'screen' },
          h('div', { class: 'status' }, this.#clock, h('span', { class: 'island', aria: { hidden: 'true' } }), this.#signal),
          this.#screen, h('div', { class: 'homebar', aria: { hidden: 'true' } }))));
    this.element.addEventListener('pointerdown', () => active(this));
    this.element.addEventListener('focusin', () => active(this));
    const newest = [...this.holder.messages.values()].reduce((a, m) => (m.place > (a?.place ?? 0) ? m : a), null);
    this.open(newest?.channel ?? store.lines[0]?.channel);
    this.update();
    this.tick();
  }

  get holder() { return this.store.phones.get(this.number); }
  get name() { return this.holder.phone.name || t('unknown'); }

  // open shows the thread of that line, or the list of threads.
  open(channel) {
    this.channel = channel ?? null;
    if (!channel) {
      this.#screen.replaceChildren(this.#threadList());
      return;
    }
    const several = this.store.lines.length > 1;
    if (!this.#threads.has(channel)) {
      this.#threads.set(channel, new Thread(this.store, this.number, this.store.line(channel), {
        back: several && (() => { this.open(null); this.#screen.querySelector('button')?.focus(); }), refused: this.refused,
      }));
    }
    const thread = this.#threads.get(channel);
    this.#screen.replaceChildren(thread.element);
    thread.draw();
    thread.shown();
  }

  #threadList() {
    const rows = this.store.lines.map((line) => {
      const last = this.store.thread(this.number, line.channel).at(-1);
      const unread = this.holder.unread[line.channel] ?? 0;
      return h('button', { type: 'button', class: 'entry-row', data: { medium: line.medium }, onclick: () => { this.open(line.channel); this.see(); } },
        h('span', { class: 'avatar', aria: { hidden: 'true' } }, [...line.name][0]),
        h('span', { class: 'summary' },
          h('strong', {}, line.name, h('small', {}, line.medium === 'whatsapp' ? 'WhatsApp' : 'SMS')),
          h('span', { class: 'preview-text', dir: 'auto' }, last ? excerpt(last.text) || t('picture') : t('noText'))),
        h('span', { class: 'aside' }, last && h('small', {}, clock(new Date(last.at))),
          unread > 0 && h('span', { class: 'badge' }, String(unread), h('span', { class: 'hidden' }, ` ${t(unread > 1 ? 'unread' : 'unreadOne', { n: '' })}`))));
    });
    return h('section', { class: 'threads', aria: { label: t('threadsOf', { name: this.name }) } }, h('h3', {}, t('threads')), rows);
  }

  // update shows who holds the phone, and whether it is on.
  update() {
    const { phone } = this.holder;
    this.element.dataset.look = phone.look;
    this.#name.textContent = this.name;
    this.#about.textContent = phone.about ?? '';
    this.#number.textContent = spaced(phone.number);
    const unread = this.store.unread(this.number);
    this.#badge.hidden = unread === 0;
    this.#badge.replaceChildren(String(unread), h('span', { class: 'hidden' }, ` ${t('unread', { n: '' }).trim()}`));
    const switches = this.element.querySelector('.switches');
    switches.setAttribute('aria-label', t('networkOf', { name: this.name }));
    switches.title = t('networkOf', { name: this.name });
    const faults = { ...this.store.network };
    for (const [k, v] of Object.entries(phone.network)) faults[k] ||= v;
    switches.classList.toggle('faulty', Object.values(faults).some(Boolean));
    this.#power(faults.off);
    for (const [channel, thread] of this.#threads) {
      thread.suggest();
      thread.elsewhere(unread - (this.holder.unread[channel] ?? 0));
    }
    if (!this.channel) this.open(null);
  }

  // power makes the screen dark while the phone is off.
  #power(off) {
    const waiting = [...this.holder.messages.values()].filter((m) => m.from === 'brand' && m.state === 'sent').length;
    this.#dark?.remove();
    this.#dark = null;
    this.#screen.inert = Boolean(off);
    if (!off) return;
    const mine = this.holder.phone.network.off;
    this.#dark = h('div', { class: 'dark' }, icon('power', 40), h('p', {}, t('off')), waiting > 0 && h('p', { class: 'waiting' }, t('offWaits', { n: waiting })),
      mine && h('button', { type: 'button', onclick: () => api.changePhone(this.number, { network: { off: false } }).catch(this.refused) }, t('on')));
    this.#screen.after(this.#dark);
  }

  // changed draws what a message changed.
  changed() {
    if (this.channel) this.#threads.get(this.channel).draw();
    else this.open(null);
    if (this.#dark) this.update();
  }

  // see tells the carrier that the open thread was looked at.
  see() {
    if (!this.channel || this.#dark || !(this.holder.unread[this.channel] > 0)) return;
    api.see(this.number, this.channel).catch(() => { /* it stays unread, which is true */ });
  }

  tick() { this.#clock.textContent = clock(now()); }
}
