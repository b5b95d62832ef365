// The drawer "network": what the carrier does to everybody, or to one phone, and
// what has not arrived.

import { api } from './api.js';
import { excerpt } from './bubble.js';
import { h, icon } from './dom.js';
import { lang, t } from './words.js';

const switches = ['off', 'shuffled', 'unreported', 'repeated', 'throttled', 'invalid', 'blocked'];
const shares = ['unanswered', 'unheard']; // percents, of which the drawer knows none and all
const none = { delay_ms: 0, loss: 0, unanswered: 0, unheard: 0, ...Object.fromEntries([...switches, 'reset'].map((s) => [s, false])) };

export class Drawer {
  #scope = ''; // a number, or '' for everybody
  #fields = new Map();
  #air = h('ul', { class: 'air' });

  constructor(store, element, opener, refused) {
    Object.assign(this, { store, element, opener, refused });
    this.select = h('select', { id: 'scope', onchange: () => this.#choose(this.select.value) });
    const heading = h('h2', { id: 'drawer-title', tabindex: '-1' }, t('network'));
    this.heading = heading;
    element.append(
      h('header', {}, heading, h('button', { type: 'button', class: 'icon-button', aria: { label: t('close') }, onclick: () => this.close() }, icon('close'))),
      h('label', { class: 'field', for: 'scope' }, t('scope')), this.select,
      this.#slider('delay_ms', t('delay'), 0, 10_000, 250, (ms) => t('seconds', { n: new Intl.NumberFormat(lang).format(ms / 1000) })),
      this.#slider('loss', t('loss'), 0, 100, 5, (n) => new Intl.NumberFormat(lang, { style: 'percent' }).format(n / 100)),
      h('div', { class: 'switch-list' }, [...switches, ...shares, 'reset'].map((s) => this.#switch(s))),
      h('button', { type: 'button', class: 'reset', onclick: () => this.#change(none) }, t('restore')),
      h('h3', {}, t('onAir')), this.#air);
    element.addEventListener('keydown', (e) => e.key === 'Escape' && this.close());
  }

  open(scope = '') {
    this.element.hidden = false;
    this.opener.setAttribute('aria-expanded', 'true');
    document.body.classList.add('with-drawer');
    this.#choose(scope);
    this.heading.focus();
  }

  close() {
    this.element.hidden = true;
    this.opener.setAttribute('aria-expanded', 'false');
    document.body.classList.remove('with-drawer');
    this.opener.focus();
  }

  toggle() {
    if (this.element.hidden) this.open();
    else this.close();
  }

  #choose(scope) {
    this.#scope = this.store.phones.has(scope) ? scope : '';
    this.draw();
  }

  get #network() { return this.#scope ? this.store.phones.get(this.#scope).phone.network : this.store.network; }

  async #change(change) {
    try {
      if (this.#scope) await api.changePhone(this.#scope, { network: change });
      else await api.changeNetwork(change);
    } catch (refusal) {
      this.draw();
      this.refused(refusal);
    }
  }

  #slider(name, words, min, max, step, said) {
    const output = h('output', { for: name });
    const input = h('input', { type: 'range', id: name, min, max, step, oninput: () => say(input.value), onchange: () => this.#change({ [name]: Number(input.value) }) });
    const say = (value) => {
      output.value = said(Number(value));
      input.setAttribute('aria-valuetext', output.value);
    };
    this.#fields.set(name, (n) => {
      if (document.activeElement !== input || input.value === String(n[name])) input.value = n[name];
      say(n[name]);
    });
    return h('div', { class: 'slider' }, h('label', { for: name }, words), output, input);
  }

  #switch(name) {
    const value = (on) => (shares.includes(name) ? (on ? 100 : 0) : on);
    const input = h('input', { type: 'checkbox', role: 'switch', id: `switch-${name}`, aria: { describedby: `hint-${name}` }, onchange: () => this.#change({ [name]: value(input.checked) }) });
    const label = h('span', {});
    const hint = h('small', { id: `hint-${name}` });
    this.#fields.set(name, (n) => {
      const word = name === 'off' && !this.#scope ? 'offAll' : name;
      input.checked = Boolean(n[name]);
      label.textContent = t(`${word}_switch`);
      hint.textContent = t(`${word}_hint`);
    });
    return h('label', { class: 'switch' }, h('span', { class: 'switch-words' }, label, hint), input);
  }

  // draw shows the switches as the carrier has them.
  draw() {
    if (this.element.hidden) return;
    this.select.replaceChildren(h('option', { value: '' }, t('everywhere')), ...[...this.store.phones.values()].map(({ phone }) => h('option', { value: phone.number }, phone.name || phone.number)));
    this.select.value = this.#scope;
    for (const draw of this.#fields.values()) draw(this.#network);
    const air = this.store.onAir().slice(0, 12);
    this.#air.replaceChildren(...air.map((m) => h('li', {},
      h('span', { class: `state ${m.state}` }, t(m.state === 'undelivered' ? `undelivered_${m.code}` : m.state)),
      h('span', { class: 'to' }, this.store.phones.get(m.phone).phone.name || m.phone),
      h('span', { class: 'words', dir: 'auto' }, excerpt(m.text, 60)))));
    if (air.length === 0) this.#air.append(h('li', { class: 'nothing' }, t('nothingOnAir')));
  }
}
