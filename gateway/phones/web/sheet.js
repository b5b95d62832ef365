// The sheet of a message: react, reply, copy.

import { api, newKey } from './api.js';
import { excerpt } from './bubble.js';
import { h, icon } from './dom.js';
import { t } from './words.js';

const emojis = ['👍', '❤️', '😂', '🙏', '👎'];

// openSheet shows what can be done with a message, over the phone's screen.
// It gives the focus back to where it came from.
export function openSheet(screen, m, { reply, refused }) {
  const from = document.activeElement;
  const run = (act) => () => {
    close();
    act();
  };
  const actions = [];
  if (m.medium === 'whatsapp') actions.push(h('button', { type: 'button', onclick: run(() => reply(m)) }, icon('reply'), t('reply')));
  if (m.text) actions.push(h('button', { type: 'button', onclick: run(() => navigator.clipboard?.writeText(m.text)) }, icon('copy'), t('copy')));
  actions.push(h('button', { type: 'button', onclick: () => close() }, icon('close'), t('close')));

  const react = (emoji) => api.text(m.phone, { channel: m.channel, reaction: emoji, reply_to: m.id, key: newKey() }).catch(refused);
  const sheet = h('div', { class: 'sheet', role: 'dialog', aria: { modal: 'true', label: t('actions') } },
    m.from === 'brand' && h('div', { class: 'emojis' }, emojis.map((e) => h('button', {
      type: 'button', aria: { label: t('react', { emoji: e }) }, onclick: run(() => react(e)),
    }, e))),
    h('p', { class: 'excerpt', dir: 'auto' }, excerpt(m.text) || t('picture')),
    h('div', { class: 'choices' }, actions),
  );
  const cover = h('div', { class: 'cover', onclick: (e) => e.target === cover && close(), onkeydown: keys }, sheet);

  function keys(e) {
    if (e.key === 'Escape') {
      e.stopPropagation();
      close();
    }
    if (e.key !== 'Tab') return;
    const all = [...sheet.querySelectorAll('button')];
    const edge = e.shiftKey ? all[0] : all.at(-1);
    if (document.activeElement === edge) {
      e.preventDefault();
      (e.shiftKey ? all.at(-1) : all[0]).focus();
    }
  }
  function close() {
    cover.remove();
    if (from?.isConnected) from.focus();
  }
  screen.append(cover);
  sheet.querySelector('button').focus();
}
