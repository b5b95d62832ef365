// One message as a phone shows it.

import { h, icon, linked } from './dom.js';
import { clock, t } from './words.js';

// bubble draws a message. around: the brand's name, the reactions to it, the
// message it quotes, whether it is the last of its side, and what can be done.
export function bubble(m, around) {
  const own = m.from === 'phone';
  const whatsapp = m.medium === 'whatsapp';
  const content = h('div', { class: 'bubble' },
    around.quoted && quote(around.quoted, around.brand),
    (m.pictures ?? []).map(picture),
    m.text && h('p', { class: 'text', dir: 'auto' }, linked(m.text)),
    whatsapp && h('span', { class: 'stamp' }, clock(new Date(m.at)), own && tick(m)),
  );
  return h('li', { class: `message ${own ? 'own' : 'theirs'}${around.tail ? ' tail' : ''}`, data: { state: m.state } },
    h('div', { class: 'row' }, content, !m.local && h('button', {
      type: 'button', class: 'more', aria: { label: `${t('actions')} : ${excerpt(m.text) || t('picture')}`, haspopup: 'dialog' }, onclick: around.act,
    }, icon('more', 18))),
    around.reactions.length > 0 && h('p', { class: 'reactions' }, around.reactions.map((r) => h('span', {}, r))),
    meta(m, around),
  );
}

// meta is the small line below a bubble: the time and the segments of an SMS,
// and what became of a text of the phone.
function meta(m, { last, retry }) {
  const own = m.from === 'phone';
  if (m.state === 'failed') {
    return h('p', { class: 'meta bad' }, icon('alert', 14), t('failed'), ' · ', h('button', { type: 'button', class: 'retry', onclick: retry }, t('retry')));
  }
  const parts = [];
  if (m.medium === 'sms') parts.push(clock(new Date(m.at)), segments(m));
  if (own && m.state === 'sending') parts.push(m.tries > 1 ? t('again', { n: m.tries }) : t('sending'));
  else if (own && last && m.medium === 'sms') parts.push(t('delivered'));
  const words = parts.filter(Boolean).join(' · ');
  return words && h('p', { class: 'meta' }, words);
}

function segments(m) {
  if (!m.segments) return '';
  return (m.segments === 1 ? t('segment') : t('segments', { n: m.segments })) + (m.encoding === 'UCS-2' ? ' UCS-2' : '');
}

function tick(m) {
  const name = { sending: 'wait', delivered: 'ticks', failed: 'alert' }[m.state];
  return h('span', { class: `tick ${m.state}` }, icon(name, 15), h('span', { class: 'hidden' }, m.state === 'delivered' ? t('delivered') : t('sending')));
}

function quote(m, brand) {
  return h('blockquote', { class: 'quote' }, h('cite', {}, m.from === 'phone' ? t('you') : brand), h('span', { dir: 'auto' }, excerpt(m.text) || t('picture')));
}

// picture shows what the carrier keeps itself; what lies elsewhere is a link,
// since this page loads nothing from outside.
function picture({ url, file }) {
  if (file) return h('img', { class: 'picture', src: file, alt: t('picture') });
  const path = /\/phones\/pictures\/[0-9a-f]+\/\d+$/.exec(url)?.[0];
  if (path) {
    return h('a', { href: path, target: '_blank', rel: 'noopener', aria: { label: t('openPicture') } },
      h('img', { class: 'picture', src: path, alt: t('picture'), loading: 'lazy' }));
  }
  return /^https?:/.test(url) && h('a', { class: 'attached', href: url, target: '_blank', rel: 'noopener noreferrer' }, t('openPicture'));
}

export function excerpt(text, length = 80) {
  const all = [...text];
  return all.length > length ? `${all.slice(0, length - 1).join('')}…` : text;
}
