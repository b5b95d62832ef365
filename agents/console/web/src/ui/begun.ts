// What a first word needs to be: whom it goes to, and what the customer agreed to.

import type { Consent, Profile, Summary } from '../protocol.ts';
import { meets } from './commands.ts';

/** The international number that was typed, or undefined: "+33 6 12-34" is "+33612…". */
export function phoneOf(text: string): string | undefined {
  const bare = text.replace('(0)', '').replace(/[\s().-]/g, '').replace(/^00/, '+');
  return /^\+[1-9]\d{6,14}$/.test(bare) ? bare : undefined;
}

/** Whether it is meant to be a number at all. */
export const isNumber = (text: string) => /^[+\d][\d\s().-]*$/.test(text.trim());

/** What the customer last said about offers on a channel. */
export function consentTo(p: Profile | null | undefined, medium: string): Consent | undefined {
  return p?.consents?.filter((c) => c.purpose === 'marketing' && c.medium === medium).sort((a, b) => (a.at < b.at ? 1 : -1))[0];
}

export const matching = (rows: Summary[], q: string) =>
  rows.filter((r) => meets(`${r.name} ${r.phone}`, q)).sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, 6);
