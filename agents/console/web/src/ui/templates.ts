// The templates that may be said to a customer: asked for when somebody looks
// for one, since what fills them changes.

import { useEffect, useMemo, useState } from 'react';
import type { Key, Template } from '../protocol.ts';
import { templates } from '../remote.ts';
import { useWords, type Speak } from '../words/index.ts';
import { useClient } from './context.ts';
import type { Choice } from './Suggest.tsx';

const bare = (s: string) => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** The name of a template as people call it. */
export const titleOf = (t: { name: string }, say: Speak) => say.maybe(`template.${t.name}`, t.name.replaceAll('_', ' '));

/** Those that fit what was typed, those whose name begins with it first. */
export function sift(list: Template[], typed: string, say: Speak): Template[] {
  const q = bare(typed.trim());
  const rank = (t: Template) => {
    const title = bare(titleOf(t, say));
    return title.startsWith(q) || bare(t.name).startsWith(q) ? 0 : title.includes(q) ? 1 : bare(t.source).includes(q) ? 2 : 3;
  };
  return list.map((t) => [rank(t), t] as const).filter(([r]) => r < 3).sort((a, b) => a[0] - b[0] || titleOf(a[1], say).localeCompare(titleOf(b[1], say))).map(([, t]) => t);
}

export type Offered = Template[] | 'loading' | 'failed';

/** Loads them while they are wanted, anew each time: version is what the customer's row stands at. */
export function useTemplates(k: Key, wanted: boolean, version: number | undefined): Offered {
  const client = useClient();
  const [list, set] = useState<Offered>('loading');
  useEffect(() => {
    if (!wanted) return;
    const stop = new AbortController();
    templates(client.api, k, stop.signal).then((r) => set(r.items ?? []), () => { if (!stop.signal.aborted) set('failed'); });
    return () => stop.abort();
  }, [client, k, wanted, version]);
  return list;
}

/** As choices of the composer's list. What only lacks a value can be chosen: its fields are asked for then. */
export function useTemplateChoices(list: Offered, typed: string, approved: boolean): (Choice & { template: Template })[] {
  const say = useWords();
  return useMemo(() => {
    if (!Array.isArray(list)) return [];
    return sift(approved ? list.filter((t) => t.approved) : list, typed, say).map((t) => {
      const wants = t.code === 'missing_variable';
      const blocked = t.code && !wants && t.code !== 'bad_variable' ? say.maybe(`no.${t.code}`, say('no.other', { code: t.code })) : undefined;
      return {
        id: `template ${t.name}`, label: titleOf(t, say), hint: t.text || outline(t.source, say), preview: t.text || outline(t.source, say), tag: say('template.mark'), blocked,
        note: wants ? say('template.missing', { names: lacking(t, {}).map((v) => blankOf(v.name, say)).join(', ') }) : undefined, template: t,
      };
    });
  }, [list, typed, approved, say]);
}

/** What a template says before it is filled: its blanks by their names. */
export const outline = (source: string, say: Speak) =>
  source.replace(/\{(\w+)[^{}]*\}/g, (_, name: string) => `‹${blankOf(name, say)}›`).replace(/(^|[^[])\[(?!\[)|(?<!\])\](?!\])/g, '$1');

export const blankOf = (name: string, say: Speak) => say.maybe(`blank.${name}`, name.replaceAll('_', ' '));

/** The fields that an agent may fill. The brand's are known, and the customer's are where they have them. */
export const fieldsOf = (t: Template) => t.variables.filter((v) => v.from !== 'brand' && (!v.known || v.required && !v.value && !v.default));

/** What is needed and not there. */
export const lacking = (t: Template, values: Record<string, string>) =>
  fieldsOf(t).filter((v) => v.required && !v.default && !(values[v.name] ?? v.value).trim());
