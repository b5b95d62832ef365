// The page: phones side by side, or one at a time where there is little room.

import { addDialog } from './add.js';
import { h, icon } from './dom.js';
import { Drawer } from './drawer.js';
import { live } from './live.js';
import { PhoneView } from './phone.js';
import { Store } from './store.js';
import { lang, switchLanguage, t } from './words.js';

const $ = (id) => document.getElementById(id);
const store = new Store();
const views = new Map(); // number → PhoneView
let active = null;

document.documentElement.lang = lang;
document.title = `${t('title')} · Causette`;
for (const e of document.querySelectorAll('[data-word]')) e.textContent = t(e.dataset.word);
$('phones').setAttribute('aria-label', t('phones'));
for (const id of ['tabs', 'tabs-nav']) $(id).setAttribute('aria-label', t('phones'));

const label = (id, name, words) => $(id).append(icon(name, 18), h('span', {}, words));
label('open-network', 'signal', t('network'));
label('open-add', 'plus', t('add'));
label('language', 'globe', t('language'));
for (const [id, word] of [['open-network', 'network'], ['open-add', 'add'], ['language', 'language']]) $(id).title = t(word);
$('language').lang = lang === 'fr' ? 'en' : 'fr';

const drawer = new Drawer(store, $('drawer'), $('open-network'), refused);
const add = addDialog($('add'), store);
$('open-network').addEventListener('click', () => drawer.toggle());
$('open-add').addEventListener('click', add);
$('language').addEventListener('click', switchLanguage);

// refused tells people, seen and heard, that something could not be done.
let toast;
function refused(refusal) {
  clearTimeout(toast);
  document.querySelector('.toast')?.remove();
  const e = h('p', { class: 'toast', role: 'alert' }, refusal.message);
  document.body.append(e);
  toast = setTimeout(() => e.remove(), 6000);
}

function addView(number) {
  const view = new PhoneView(store, number, { active: activate, network: (n) => drawer.open(n), refused });
  views.set(number, view);
  $('phones').append(view.element);
  const tab = h('button', {
    type: 'button', role: 'tab', id: `tab-${view.element.id}`, aria: { controls: view.element.id, selected: false }, tabindex: '-1',
    onclick: () => { activate(view); view.element.scrollIntoView({ inline: 'center', block: 'nearest' }); },
  });
  view.tab = tab;
  $('tabs').append(tab);
  return view;
}

// activate makes a phone the one that is looked at.
function activate(view) {
  if (active === view) return view.see();
  active = view;
  for (const v of views.values()) {
    v.element.classList.toggle('active', v === view);
    v.tab.setAttribute('aria-selected', String(v === view));
    v.tab.tabIndex = v === view ? 0 : -1;
  }
  view.tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  view.see();
}

function tabs() {
  for (const v of views.values()) {
    const unread = store.unread(v.number);
    v.tab.replaceChildren(v.name, unread > 0 ? h('span', { class: 'badge' }, String(unread)) : '');
  }
  const all = [...views.keys()].reduce((n, number) => n + store.unread(number), 0);
  document.title = `${all ? `(${all}) ` : ''}${t('title')} · Causette`;
}

$('tabs').addEventListener('keydown', (e) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
  if (!step) return;
  const all = [...views.values()];
  const next = all[(all.indexOf(active) + step + all.length) % all.length];
  next.tab.click();
  next.tab.focus();
});

// A swipe moves the phones; the one in the middle is looked at.
let swiped;
$('phones').addEventListener('scroll', () => {
  clearTimeout(swiped);
  swiped = setTimeout(() => {
    const box = $('phones').getBoundingClientRect();
    const view = [...views.values()].find((v) => {
      const r = v.element.getBoundingClientRect();
      return r.left <= box.left + box.width / 2 && r.right >= box.left + box.width / 2;
    });
    if (view && getComputedStyle($('tabs-nav')).display !== 'none') activate(view);
  }, 120);
});

// The page is live: a snapshot builds everything, updates draw what changed.
live(store, (state) => {
  $('live').dataset.state = state;
  if ($('live-text').textContent !== t(state)) $('live-text').textContent = t(state);
});

store.addEventListener('snapshot', () => {
  const was = active?.number;
  for (const v of views.values()) {
    v.element.remove();
    v.tab.remove();
  }
  views.clear();
  active = null;
  document.querySelector('#phones > .note')?.remove();
  for (const number of store.phones.keys()) addView(number);
  const hidden = store.total - store.phones.size;
  if (store.phones.size === 0) $('phones').append(h('p', { class: 'note' }, t('empty')));
  else if (hidden > 0) $('phones').append(h('p', { class: 'note' }, t('more', { n: hidden })));
  const first = views.get(was) ?? views.values().next().value;
  if (first) activate(first);
  tabs();
  drawer.draw();
});
store.addEventListener('added', ({ detail: { number } }) => {
  document.querySelector('#phones > .note')?.remove();
  const view = addView(number);
  if (views.size === 1) activate(view);
  tabs();
  drawer.draw();
});
store.addEventListener('phone', ({ detail: { number } }) => {
  const view = views.get(number);
  view?.update();
  if (view === active && document.visibilityState === 'visible') view?.see();
  tabs();
  drawer.draw();
});
store.addEventListener('network', () => {
  for (const v of views.values()) v.update();
  drawer.draw();
});
store.addEventListener('message', ({ detail: { number, message, arrived } }) => {
  const view = views.get(number);
  view?.changed();
  if (arrived && view) $('said').textContent = t('received', { name: view.name, brand: store.line(message.channel)?.name ?? '', text: message.text });
  drawer.draw();
});
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && active?.see());
setInterval(() => views.forEach((v) => v.tick()), 5000);
