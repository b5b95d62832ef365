// What became of prompts: what automations asked for, what the gate said of it,
// and what an agent did to one that was shown first.

import type { Entry } from './protocol.ts';
import { moment } from './time.ts';
import type { Speak } from './words/index.ts';

/** What became of a prompt that was shown to the agent first. */
export interface Fate { kind: 'released' | 'dropped' | 'sent' | 'merged' | 'over' | 'held'; entry: Entry }

const isPrompt = (e: Entry) => e.kind === 'event' && !!e.type?.startsWith('prompt.');

/** The fate of each prompt that the thread shows, by its id. What an agent decided says more than the message that followed. */
export function fates(entries: Entry[]): Record<string, Fate> {
  const list: Record<string, Fate> = {};
  const told = new Set<string>();
  for (const e of entries) {
    const id = e.prompt?.id ?? e.data?.prompt;
    if (!id) continue;
    if (isPrompt(e) && e.type === 'prompt.shown') {
      delete list[id]; // shown once more
      told.add(id);
      continue;
    }
    if (!told.has(id)) continue;
    const kind = fateOf(e);
    const decided = list[id]?.kind === 'released' || list[id]?.kind === 'dropped';
    if (kind && !(decided && kind === 'sent')) list[id] = { kind, entry: e };
  }
  return list;
}

function fateOf(e: Entry): Fate['kind'] | undefined {
  switch (e.type) {
    case 'agent.released': return 'released';
    case 'agent.dropped': return 'dropped';
    case 'prompt.merged': return 'merged';
    case 'prompt.held': case 'prompt.scheduled': return 'held';
  }
  if (isPrompt(e)) return 'over';
  return e.kind === 'message' ? 'sent' : undefined;
}

/** The messages that said a prompt once more, on another medium, by their id: with the first try. */
export function seconds(entries: Entry[]): Record<string, Entry> {
  const first: Record<string, Entry> = {};
  const list: Record<string, Entry> = {};
  for (const e of entries) {
    const id = e.kind === 'message' ? e.prompt?.id : undefined;
    if (!id) continue;
    const before = first[id];
    if (!before) first[id] = e;
    else if (before.medium && e.medium && before.medium !== e.medium) list[e.id] = before;
  }
  return list;
}

/** A rule's verdict in a sentence of the reader's language: by the rule, else by its family, else as the gate wrote it. */
export function because(rule: string | undefined, data: Record<string, string> | null | undefined, say: Speak): string {
  if (!rule) return data?.why ?? '';
  const family = rule.split('.')[0]!;
  const of = (name: string) => data?.[`in.${name}`] ?? data?.[name] ?? '';
  const fill = {
    place: of('place') || rule.slice(family.length + 1).toUpperCase(), most: of('most'), said: of('said'), order: of('order') || of('what'), words: of('words'), medium: say.maybe(`medium.${of('medium')}`, of('medium')),
  };
  return say.maybe(`rule.${rule}`, say.maybe(`rule.${family}`, data?.why ?? '', fill), fill);
}

/** What the gate decided, in a few words: "retenu jusqu’à lun. 8:00". */
export function decided(type: string, at: string | undefined, say: Speak): string {
  const when = at ? moment(at, say) : '';
  return when ? say.maybe(`${type}.at`, say.maybe(type, type), { time: when }) : say.maybe(type, type);
}

/** Who asked for it: the template's name, and the campaign where there is one. */
export function origin(p: { template?: string; campaign?: string }, say: Speak): string {
  const what = p.template ? say.maybe(`template.${p.template}`, p.template.replaceAll('_', ' ')) : say('prompt.free');
  return p.campaign ? say('prompt.origin.campaign', { what, campaign: p.campaign }) : what;
}

/** Whole seconds until a moment, 0 when it has come. */
export const secondsTo = (at: string | undefined, now: number): number => (at ? Math.max(0, Math.ceil((Date.parse(at) - now) / 1000)) : 0);

/** "9:41" */
export const countdown = (s: number): string => `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
