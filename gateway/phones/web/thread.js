// One thread of a phone: its messages, what to try, and the field.

import { api, newKey } from './api.js';
import { bubble, excerpt } from './bubble.js';
import { Composer } from './composer.js';
import { h, icon } from './dom.js';
import { openSheet } from './sheet.js';
import { clock, dayOf, now, suggestions, t } from './words.js';

const pause = 20 * 60_000; // silence after which the time is said again
let drafts = 0;

export class Thread {
  #drawn = new Map(); // key → {mark, element}
  #list = h('ul', { class: 'list' });
  #log;
  #pill;
  #chips = h('div', { class: 'chips' });

  constructor(store, number, line, { back, refused }) {
    Object.assign(this, { store, number, line, refused });
    const holder = store.phones.get(number).phone;
    const who = holder.name || t('unknown');
    this.#log = h('div', { class: 'log', role: 'log', tabindex: '0', aria: { live: 'off', label: t('thread', { name: who, brand: line.name }) }, onscroll: () => this.#scrolled() }, this.#list);
    this.#pill = h('button', { type: 'button', class: 'pill', hidden: true, onclick: () => this.#bottom('smooth') }, icon('down', 16), t('newer'));
    this.composer = new Composer(who, line, (draft) => this.send(draft));
    this.badge = h('span', { class: 'badge', hidden: true });
    this.element = h('section', { class: 'thread', data: { medium: line.medium } },
      h('header', { class: 'bar' },
        back && h('button', { type: 'button', class: 'back', aria: { label: t('back') }, onclick: back }, icon('back', 24), this.badge),
        h('span', { class: 'avatar', aria: { hidden: 'true' } }, [...line.name][0]),
        h('div', { class: 'who' }, h('strong', {}, line.name),
          h('small', {}, line.medium === 'whatsapp' ? t('business') : `SMS · ${line.address}`))),
      h('div', { class: 'scroller' }, this.#log, this.#pill),
      this.#chips,
      this.composer.element,
    );
    // A long press opens the same sheet as the button.
    this.#log.addEventListener('contextmenu', (e) => {
      const row = e.target.closest('.row');
      if (!row || e.target.closest('a')) return;
      e.preventDefault();
      row.querySelector('.more')?.click();
    });
    this.suggest();
    this.draw();
  }

  // suggest fills the row of what to try.
  suggest() {
    const { phone } = this.store.phones.get(this.number);
    const words = phone.suggestions?.length ? phone.suggestions : suggestions[phone.language];
    this.#chips.setAttribute('role', 'group');
    this.#chips.setAttribute('aria-label', t('suggestions', { name: phone.name || t('unknown') }));
    this.#chips.replaceChildren(...words.map((w) => h('button', { type: 'button', onclick: () => this.send({ text: w }) }, w)));
  }

  // elsewhere shows how much is unread in the phone's other threads.
  elsewhere(n) {
    this.badge.hidden = n === 0;
    this.badge.textContent = String(n);
    const back = this.badge.parentElement;
    back?.setAttribute('aria-label', n ? `${t('back')}, ${t(n > 1 ? 'unread' : 'unreadOne', { n })}` : t('back'));
  }

  // draw shows the thread as the store has it; only what changed is made anew.
  draw() {
    const follow = this.#atBottom();
    const all = this.store.thread(this.number, this.line.channel);
    const shown = all.filter((m) => !m.reaction || !all.some((o) => o.id === m.reply_to));
    const elements = [];
    const drawn = new Map();
    const keep = (key, mark, make) => {
      const old = this.#drawn.get(key);
      const element = old?.mark === mark ? old.element : make();
      if (!old && this.#drawn.size > 0) element.classList.add('new');
      drawn.set(key, { mark, element });
      elements.push(element);
    };
    const lastOwn = shown.findLast((m) => m.from === 'phone');
    shown.forEach((m, i) => {
      const before = shown[i - 1];
      const at = new Date(m.at);
      if (!before || at - new Date(before.at) > pause) {
        const words = `${dayOf(at)} ${clock(at)}`;
        keep(`time ${m.key || m.id}`, words, () => h('li', { class: 'time' }, words));
      }
      const around = {
        brand: this.line.name,
        reactions: all.filter((r) => r.reaction && r.reply_to === m.id).map((r) => r.reaction).slice(-1),
        quoted: m.reply_to && !m.reaction ? all.find((o) => o.id === m.reply_to) : null,
        tail: shown[i + 1]?.from !== m.from,
        last: m === lastOwn,
      };
      keep(m.key || m.id, JSON.stringify([m, around]), () => bubble(m, {
        ...around, act: () => this.#act(m), retry: () => this.#retry(m),
      }));
    });
    if (shown.length === 0) keep('none', '', () => h('li', { class: 'none' }, t('none', { brand: this.line.name })));
    this.#drawn = drawn;
    this.#place(elements);
    if (follow) this.#bottom();
    else this.#pill.hidden = this.#atBottom() || shown.at(-1)?.from === 'phone';
  }

  // place puts the elements into the list without touching those that stay, so
  // that focus and selection survive.
  #place(elements) {
    const wanted = new Set(elements);
    for (const e of [...this.#list.children]) if (!wanted.has(e)) e.remove();
    elements.forEach((e, i) => {
      if (this.#list.children[i] !== e) this.#list.insertBefore(e, this.#list.children[i] ?? null);
    });
  }

  send({ text = '', picture = null, reply = null }) {
    const m = {
      id: '', key: newKey(), order: drafts++, phone: this.number, channel: this.line.channel, medium: this.line.medium, from: 'phone',
      text, reply_to: reply?.id, pictures: picture ? [{ file: URL.createObjectURL(picture) }] : [], picture,
      state: 'sending', place: 0, at: now().toISOString(),
    };
    this.#post(m);
  }

  async #post(m) {
    this.store.draft({ ...m, state: 'sending' });
    this.#bottom();
    try {
      await api.text(m.phone, { channel: m.channel, text: m.text, reply_to: m.reply_to, key: m.key, picture: m.picture });
      for (const { file } of m.pictures) URL.revokeObjectURL(file);
    } catch (refusal) {
      this.store.draft({ ...m, state: 'failed' });
      this.refused(refusal);
    }
  }

  #retry(m) {
    if (m.local) this.#post(m);
    else api.retry(m.phone, m.id).catch(this.refused);
  }

  #act(m) {
    openSheet(this.element, m, { reply: (r) => this.composer.quote(r, r.from === 'phone' ? t('you') : this.line.name, excerpt(r.text) || t('picture')), refused: this.refused });
  }

  #atBottom() { return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 60; }

  #bottom(behavior = 'instant') {
    this.#log.scrollTo({ top: this.#log.scrollHeight, behavior });
    this.#pill.hidden = true;
  }

  #scrolled() { if (this.#atBottom()) this.#pill.hidden = true; }

  // shown is called when the thread comes on the screen.
  shown() { this.#bottom(); }
}
