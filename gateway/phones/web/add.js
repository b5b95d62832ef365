// The dialog that adds a phone.

import { api } from './api.js';
import { h } from './dom.js';
import { t } from './words.js';

// addDialog fills the dialog; the returned function opens it.
export function addDialog(dialog, store) {
  const wrong = h('p', { class: 'refusal', role: 'alert' });
  const number = h('input', { name: 'number', type: 'tel', required: true, maxlength: '80', autocomplete: 'off' });
  const name = h('input', { name: 'name', maxlength: '60', required: true, autocomplete: 'off' });
  const about = h('input', { name: 'about', maxlength: '200', placeholder: t('aboutHint'), autocomplete: 'off' });
  const language = h('select', { name: 'language' }, h('option', { value: 'fr' }, t('french')), h('option', { value: 'en' }, t('english')));
  const look = h('select', { name: 'look' }, h('option', { value: 'ios' }, 'iPhone'), h('option', { value: 'android' }, 'Android'));
  const field = (words, input) => h('label', { class: 'field' }, words, input);
  const form = h('form', { method: 'dialog', onsubmit: add },
    h('h2', { id: 'add-title' }, t('addTitle')),
    field(t('name'), name), field(t('number'), number), field(t('about'), about),
    h('div', { class: 'pair' }, field(t('customerLanguage'), language), field(t('look'), look)), wrong,
    h('div', { class: 'buttons' }, h('button', { type: 'button', onclick: () => dialog.close() }, t('cancel')), h('button', { type: 'submit', class: 'primary' }, t('create'))));
  dialog.append(form);

  async function add(e) {
    e.preventDefault();
    wrong.textContent = '';
    try {
      await api.addPhone({ number: number.value.replace(/[\s.()-]/g, ''), name: name.value.trim(), about: about.value.trim(), language: language.value, look: look.value });
      dialog.close();
    } catch (refusal) {
      wrong.textContent = refusal.message;
    }
  }

  return () => {
    form.reset();
    wrong.textContent = '';
    number.value = free(store);
    look.value = store.phones.size % 2 ? 'android' : 'ios';
    dialog.showModal();
    name.focus();
  };
}

// free is a number of the range that ARCEP keeps for fiction, 06 39 98 00 00 to
// 06 39 98 99 99, which no phone here has.
function free(store) {
  for (let i = 1; i < 10_000; i++) {
    const number = `+3363998${String(i).padStart(4, '0')}`;
    if (!store.phones.has(number)) return number;
  }
  return '';
}
