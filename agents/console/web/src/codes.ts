// The carrier's codes in words: gateway/twilio/table.go has the same, and a test
// compares them.

import type { Language } from './protocol.ts';

const table: Record<string, [fr: string, en: string]> = {
  429: ['Trop de requêtes : on ralentit', 'Too many requests: backing off'],
  20429: ['Trop de requêtes : on ralentit', 'Too many requests: backing off'],
  20003: ['Identifiants Twilio refusés', 'Twilio refused the credentials'],
  30002: ['Compte Twilio suspendu', 'The Twilio account is suspended'],
  21211: ['Numéro invalide', 'Invalid number'],
  21217: ['Numéro invalide', 'Invalid number'],
  21421: ['Numéro invalide', 'Invalid number'],
  30005: ['Numéro inconnu de l’opérateur', 'The operator does not know the number'],
  21614: ['Ce numéro n’est pas un mobile', 'The number is not a mobile'],
  21635: ['Ligne fixe : pas de SMS', 'A landline: no SMS'],
  30006: ['Ligne fixe ou opérateur injoignable', 'A landline or an unreachable operator'],
  21610: ['Le client s’est désabonné chez l’opérateur', 'The customer opted out at the carrier'],
  30003: ['Téléphone éteint ou hors réseau', 'The phone is off or out of reach'],
  30004: ['Message bloqué par le destinataire ou l’opérateur', 'Blocked by the recipient or the operator'],
  63014: ['Le client nous a bloqués', 'The customer blocked us'],
  63033: ['Le destinataire ne peut pas recevoir ce message', 'The recipient is blocked from this message'],
  63003: ['Pas de compte sur ce canal', 'No account on this channel'],
  63024: ['Destinataire invalide sur ce canal', 'Invalid recipient on this channel'],
  63032: ['WhatsApp limite ce destinataire', 'WhatsApp limits this recipient'],
  63036: ['Injoignable sur ce canal', 'Not reachable on this channel'],
  21612: ['Pas de route de ce numéro vers le destinataire', 'No route from this sender to the recipient'],
  21408: ['Pays non autorisé sur le compte Twilio', 'The Twilio account may not text this country'],
  21606: ['Le numéro d’envoi n’est pas à ce compte ou n’envoie pas de SMS', 'The sender is not this account’s or cannot text'],
  21703: ['Messaging Service sans numéro', 'The Messaging Service has no sender'],
  21704: ['Messaging Service sans numéro utilisable', 'The Messaging Service has no sender that fits'],
  21705: ['Messaging Service inconnu', 'The Messaging Service does not exist'],
  63007: ['Aucun expéditeur de ce canal à cette adresse', 'No sender of this channel has this address'],
  63051: ['Compte WhatsApp verrouillé par Meta', 'Meta locked the WhatsApp account'],
  30032: ['Numéro vert non vérifié', 'The toll-free sender is not verified'],
  30034: ['Numéro d’envoi non enregistré (10DLC)', 'The sender is not registered (10DLC)'],
  21611: ['File d’envoi pleine', 'The sender’s queue is full'],
  30001: ['File d’envoi débordée', 'The queue overflowed'],
  30022: ['Débit de la campagne dépassé', 'The campaign’s rate was exceeded'],
  63017: ['Débit du canal dépassé', 'The channel’s rate was exceeded'],
  63018: ['Débit du canal dépassé', 'The channel’s rate was exceeded'],
  30023: ['Plafond du jour atteint', 'The daily cap is reached'],
  30027: ['Plafond du jour atteint chez T-Mobile', 'The daily cap at T-Mobile is reached'],
  63038: ['Plafond du jour du compte atteint', 'The account’s daily cap is reached'],
  30610: ['Heures de silence de l’opérateur', 'The operator’s quiet hours'],
  30008: ['Échec inexpliqué chez l’opérateur', 'The operator failed without a reason'],
  30017: ['Réseau de l’opérateur encombré', 'The operator’s network is congested'],
  30500: ['Panne chez l’opérateur', 'An internal failure at the operator'],
  63010: ['Panne du canal', 'The channel failed'],
  63012: ['Panne chez le fournisseur du canal', 'The channel’s provider failed'],
  30410: ['L’opérateur n’a pas répondu : le message est peut-être parti', 'The operator did not answer: the message may have left'],
  30036: ['Trop tard : la durée de validité est passée', 'Too late: the validity period is over'],
  21617: ['Texte trop long', 'The text is too long'],
  21620: ['Adresse de média invalide', 'The media URL is invalid'],
  21623: ['Trop de médias', 'Too many media'],
  21655: ['Modèle de contenu invalide', 'The content template is invalid'],
  21656: ['Variables de contenu invalides', 'The content variables are invalid'],
  30007: ['Filtré comme indésirable : ne pas renvoyer ce texte', 'Filtered as spam: never send this text again'],
  30450: ['Refusé : pas de nouvel essai', 'Refused: no further attempt'],
  30640: ['Refusé : pas de nouvel essai', 'Refused: no further attempt'],
  63005: ['Contenu refusé par le canal', 'The channel refused the content'],
  63013: ['Contraire aux règles du canal', 'Against the channel’s policy'],
  63021: ['Contenu invalide pour le canal', 'The content is invalid for the channel'],
  63016: ['Hors de la fenêtre de 24 h : un modèle approuvé est nécessaire', 'Outside the 24 h window: an approved template is needed'],
  63027: ['Modèle WhatsApp inexistant dans cette langue', 'The WhatsApp template does not exist in this language'],
  63028: ['Variables du modèle WhatsApp fausses', 'The WhatsApp template’s variables are wrong'],
  63041: ['Modèle WhatsApp suspendu', 'The WhatsApp template is paused'],
  63049: ['WhatsApp limite les messages marketing vers ce client', 'WhatsApp limits marketing to this customer'],
};

/** Why the carrier did not deliver; undefined for a code that nobody explained. */
export function explain(code: string, language: Language): string | undefined {
  const e = table[code];
  return e && e[language === 'fr' ? 0 : 1];
}

// Asking again would fail again: the address, the customer or the text is why.
const final = new Set([
  '21211', '21217', '21421', '21614', '21635', '21610', '30004', '63014', '63033', '63003', '63024', '21617', '21620', '21623', '21655', '21656',
  '30007', '30450', '30640', '63005', '63013', '63021', '63016', '63027', '63028',
]);

/** Whether the same words may be sent once more. */
export const mayRepeat = (code: string | undefined): boolean => !code || !final.has(code);

export const codes = Object.keys(table);
