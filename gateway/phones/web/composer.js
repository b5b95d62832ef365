// The field at the bottom of a thread, with a photo and the message it replies to.

import { shrunk } from './api.js';
import { h, icon } from './dom.js';
import { t } from './words.js';

export class Composer {
  #reply = null;
  #picture = null;

  constructor(who, line, send) {
    this.submit = send;
    this.field = h('textarea', {
      rows: '1', maxlength: line.medium === 'whatsapp' ? '4096' : '1600', enterkeyhint: 'send', autocomplete: 'off',
      placeholder: line.medium === 'whatsapp' ? t('placeholderWA') : t('placeholderSMS'), aria: { label: t('field', { name: who }) },
      oninput: () => this.#fit(),
      onkeydown: (e) => {
        if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) {
          e.preventDefault();
          this.#send();
        }
        if (e.key === 'Escape') this.#quiet();
      },
    });
    this.file = h('input', { type: 'file', accept: 'image/*', hidden: true, onchange: () => this.#attach() });
    this.context = h('div', { class: 'context', hidden: true });
    this.button = h('button', { type: 'submit', class: 'send', aria: { label: t('send') } }, icon('send', 20));
    this.element = h('form', { class: 'composer', onsubmit: (e) => { e.preventDefault(); this.#send(); } },
      this.context,
      h('div', { class: 'entry' },
        h('button', { type: 'button', class: 'photo', aria: { label: t('photo') }, onclick: () => this.file.click() }, icon('camera', 22)),
        this.file, this.field, this.button));
    this.#fit();
  }

  // quote makes the next text a reply to m.
  quote(m, name, words) {
    this.#reply = m;
    this.#show(h('div', { class: 'quote' }, h('cite', {}, t('replying', { name })), h('span', { dir: 'auto' }, words)), t('cancelReply'));
    this.field.focus();
  }

  async #attach() {
    const [file] = this.file.files;
    this.file.value = '';
    if (!file) return;
    try {
      this.#picture = await shrunk(file);
      this.#show(h('img', { class: 'preview', src: URL.createObjectURL(this.#picture), alt: t('picture') }), t('removePhoto'));
    } catch (refusal) {
      this.#show(h('p', { class: 'refusal', role: 'alert' }, refusal.message), t('close'));
    }
    this.#fit();
    this.field.focus();
  }

  #show(what, words) {
    this.context.replaceChildren(what, h('button', { type: 'button', aria: { label: words }, onclick: () => { this.#quiet(); this.field.focus(); } }, icon('close', 18)));
    this.context.hidden = false;
  }

  #quiet() {
    this.#reply = null;
    this.#picture = null;
    this.context.hidden = true;
    this.context.replaceChildren();
    this.#fit();
  }

  #send() {
    const text = this.field.value.trim();
    if (!text && !this.#picture) return;
    this.submit({ text, picture: this.#picture, reply: this.#reply });
    this.field.value = '';
    this.#quiet();
  }

  // fit lets the field grow with its text, up to the height its style allows.
  #fit() {
    this.field.style.height = '';
    if (this.field.value) this.field.style.height = `${this.field.scrollHeight + 2}px`;
    this.button.disabled = !this.field.value.trim() && !this.#picture;
  }
}
