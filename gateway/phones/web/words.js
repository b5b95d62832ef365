// The page's words, in French and English, and its dates.

const words = {
  fr: {
    title: 'Téléphones simulés',
    network: 'Réseau', add: 'Ajouter un téléphone', language: 'English', phones: 'Téléphones',
    live: 'En direct', connecting: 'Connexion…', catching: 'Reconnexion…',
    empty: 'Aucun téléphone. Ajoutez-en un pour écrire à une marque.',
    more: '{n} autres téléphones ne sont pas affichés.',
    field: 'Message de {name}', placeholderSMS: 'SMS', placeholderWA: 'Message', send: 'Envoyer', photo: 'Joindre une photo',
    removePhoto: 'Retirer la photo', suggestions: 'Suggestions pour {name}', thread: 'Conversation de {name} avec {brand}',
    threads: 'Messages', threadsOf: 'Conversations de {name}', back: 'Toutes les conversations', none: 'Écrivez à {brand}, ou choisissez une suggestion.',
    noText: 'Aucun message', unread: '{n} non lus', unreadOne: '1 non lu', newer: 'Nouveau message',
    business: 'Compte professionnel', sending: 'Envoi en cours…', again: 'Envoi en cours… (essai {n})', delivered: 'Distribué', failed: 'Échec de l’envoi',
    retry: 'Réessayer', segment: '1 segment', segments: '{n} segments', actions: 'Actions sur le message', reply: 'Répondre', copy: 'Copier',
    react: 'Réagir avec {emoji}', close: 'Fermer', replying: 'Réponse à {name}', cancelReply: 'Annuler la réponse', you: 'Vous',
    picture: 'Photo', openPicture: 'Ouvrir la photo', reacted: '{name} a réagi avec {emoji}', received: '{name} a reçu de {brand} : {text}',
    off: 'Téléphone éteint', offWaits: '{n} message(s) en attente', on: 'Allumer', number: 'Numéro', unknown: 'Numéro inconnu',
    networkOf: 'Réseau de {name}', scope: 'S’applique à', everywhere: 'Tout le réseau', delay: 'Délai, dans chaque sens', loss: 'Messages perdus',
    off_switch: 'Téléphone éteint', off_hint: 'Les messages attendent qu’il se rallume.',
    offAll_switch: 'Tous les téléphones éteints', offAll_hint: 'Les messages attendent qu’ils se rallument.',
    blocked_switch: 'Bloqué chez l’opérateur', blocked_hint: 'Le client a dit STOP à l’opérateur lui-même.',
    reset_switch: 'Connexion coupée', reset_hint: 'Sans réponse : coupée aussitôt, au lieu d’un silence.',
    invalid_switch: 'Numéro inexistant', invalid_hint: 'Les envois sont refusés pour de bon.',
    throttled_switch: 'Réseau saturé', throttled_hint: 'Les envois sont refusés pour l’instant.',
    shuffled_switch: 'Accusés dans le désordre', shuffled_hint: 'Le dernier d’abord, et deux fois.',
    unreported_switch: 'Sans accusés', unreported_hint: 'Personne ne saura ce qui est arrivé.',
    repeated_switch: 'Textes répétés', repeated_hint: 'Chaque texte arrive deux fois à la passerelle.',
    unanswered_switch: 'Accepté sans réponse', unanswered_hint: 'Le réseau prend le message et se tait.',
    unheard_switch: 'Perdu sans réponse', unheard_hint: 'L’envoi n’atteint pas le réseau.',
    restore: 'Tout rétablir', onAir: 'Messages en route ou perdus', nothingOnAir: 'Tout est arrivé.', seconds: '{n} s',
    accepted: 'en route', sent: 'attend le téléphone', undelivered_lost: 'perdu', undelivered_expired: 'expiré',
    addTitle: 'Ajouter un téléphone', name: 'Prénom', about: 'Description', aboutHint: 'par exemple : panier de 249 €', customerLanguage: 'Langue du client',
    french: 'français', english: 'anglais', look: 'Apparence', cancel: 'Annuler', create: 'Ajouter',
    today: 'Aujourd’hui', yesterday: 'Hier', offline: 'Le serveur ne répond pas. Réessayez dans un instant.',
    phone_off: 'Le téléphone est éteint.', phone_exists: 'Ce numéro existe déjà.', bad_number: 'Ce numéro n’est pas au format international (+33639980001).',
    too_large: 'La photo est trop lourde (2 Mo au plus).', bad_picture: 'Cette image ne peut pas être envoyée.', too_long: 'Le texte est trop long.',
    slow_down: 'Trop de messages sont déjà en route.', too_many_phones: 'Le réseau est complet.', problem: 'Refusé : {detail}',
  },
  en: {
    title: 'Simulated phones',
    network: 'Network', add: 'Add a phone', language: 'Français', phones: 'Phones',
    live: 'Live', connecting: 'Connecting…', catching: 'Reconnecting…',
    empty: 'No phone yet. Add one to text a brand.',
    more: '{n} more phones are not shown.',
    field: 'Message from {name}', placeholderSMS: 'Text message', placeholderWA: 'Message', send: 'Send', photo: 'Attach a photo',
    removePhoto: 'Remove the photo', suggestions: 'Suggestions for {name}', thread: 'Conversation of {name} with {brand}',
    threads: 'Messages', threadsOf: 'Conversations of {name}', back: 'All conversations', none: 'Text {brand}, or pick a suggestion.',
    noText: 'No message', unread: '{n} unread', unreadOne: '1 unread', newer: 'New message',
    business: 'Business account', sending: 'Sending…', again: 'Sending… (try {n})', delivered: 'Delivered', failed: 'Not sent',
    retry: 'Try again', segment: '1 segment', segments: '{n} segments', actions: 'Message actions', reply: 'Reply', copy: 'Copy',
    react: 'React with {emoji}', close: 'Close', replying: 'Reply to {name}', cancelReply: 'Cancel the reply', you: 'You',
    picture: 'Photo', openPicture: 'Open the photo', reacted: '{name} reacted with {emoji}', received: '{name} received from {brand}: {text}',
    off: 'Phone is off', offWaits: '{n} message(s) waiting', on: 'Switch on', number: 'Number', unknown: 'Unknown number',
    networkOf: 'Network of {name}', scope: 'Applies to', everywhere: 'The whole network', delay: 'Delay, each way', loss: 'Messages lost',
    off_switch: 'Phone is off', off_hint: 'Messages wait until it is switched on.',
    offAll_switch: 'All phones are off', offAll_hint: 'Messages wait until they are switched on.',
    blocked_switch: 'Blocked at the carrier', blocked_hint: 'The customer said STOP to the carrier itself.',
    reset_switch: 'Connection broken', reset_hint: 'Without an answer: broken at once, not silent.',
    invalid_switch: 'Number does not exist', invalid_hint: 'Sends are refused for good.',
    throttled_switch: 'Network is full', throttled_hint: 'Sends are refused for now.',
    shuffled_switch: 'Reports out of order', shuffled_hint: 'The last one first, and twice.',
    unreported_switch: 'No delivery reports', unreported_hint: 'Nobody will know what happened.',
    repeated_switch: 'Texts repeated', repeated_hint: 'Each text reaches the gateway twice.',
    unanswered_switch: 'Accepted, no answer', unanswered_hint: 'The network takes the message and stays silent.',
    unheard_switch: 'Lost, no answer', unheard_hint: 'The send does not reach the network.',
    restore: 'Restore everything', onAir: 'Messages on their way, or lost', nothingOnAir: 'Everything has arrived.', seconds: '{n} s',
    accepted: 'on its way', sent: 'waits for the phone', undelivered_lost: 'lost', undelivered_expired: 'expired',
    addTitle: 'Add a phone', name: 'First name', about: 'Description', aboutHint: 'for instance: cart of €249', customerLanguage: 'Customer’s language',
    french: 'French', english: 'English', look: 'Looks like', cancel: 'Cancel', create: 'Add',
    today: 'Today', yesterday: 'Yesterday', offline: 'The server does not answer. Try again in a moment.',
    phone_off: 'The phone is off.', phone_exists: 'That number exists already.', bad_number: 'That number is not in the international format (+33639980001).',
    too_large: 'The photo is too large (2 MB at most).', bad_picture: 'This picture cannot be sent.', too_long: 'The text is too long.',
    slow_down: 'Too many messages are on their way already.', too_many_phones: 'The network is full.', problem: 'Refused: {detail}',
  },
};

// What to try, in the customer's language, for phones without suggestions of their own.
export const suggestions = {
  fr: ['Où est mon colis ?', 'Recommander', 'Préférences', 'Conseiller', 'STOP'],
  en: ['Where is my parcel?', 'Reorder', 'Preferences', 'Agent', 'STOP'],
};

export const lang = chosen();

function chosen() {
  const asked = new URLSearchParams(location.search).get('lang');
  if (asked in words) return asked;
  try {
    return localStorage.getItem('phones.lang') === 'en' ? 'en' : 'fr';
  } catch {
    return 'fr';
  }
}

// switchLanguage loads the page again in the other language.
export function switchLanguage() {
  const other = lang === 'fr' ? 'en' : 'fr';
  try {
    localStorage.setItem('phones.lang', other);
  } catch { /* private browsing: the address carries it */ }
  location.search = `?lang=${other}`;
}

// t is the word of that key; {name} stands for values.name.
export function t(key, values = {}) {
  return words[lang][key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

export const knows = (key) => key in words[lang];

// skew is how far the carrier's clock is ahead of the browser's, in milliseconds.
let skew = 0;
export function setNow(now) { skew = Date.parse(now) - Date.now(); }
export const now = () => new Date(Date.now() + skew);

const hour = new Intl.DateTimeFormat(lang, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat(lang, { weekday: 'long', day: 'numeric', month: 'long' });

export const clock = (date) => hour.format(date);

export function dayOf(date) {
  const days = Math.round((midnight(now()) - midnight(date)) / 86_400_000);
  if (days === 0) return t('today');
  return days === 1 ? t('yesterday') : day.format(date);
}

const midnight = (d) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();

// spaced writes a number as people read it: +33 6 39 98 00 01.
export function spaced(number) {
  const m = /^\+33(\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(number);
  return m ? `+33 ${m.slice(1).join(' ')}` : number;
}
