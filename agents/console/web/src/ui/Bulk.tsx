import { useState, type FormEvent } from 'react';
import { AlarmClock, ArrowRightLeft, Bot, Check, CheckCheck, MessageSquareText, Tag, X } from 'lucide-react';
import { type BulkKind, type BulkResult, type Key } from '../protocol.ts';
import { bulk } from '../remote.ts';
import { moment } from '../time.ts';
import { uuid } from '../uuid.ts';
import { useWords } from '../words/index.ts';
import { longest } from './Composer.tsx';
import { refusalOf, screen, useClient, useDesk, useNow, whyNot } from './context.ts';
import { Dialog } from './Dialog.tsx';
import { moments } from './Head.tsx';
import { Menu, type Item } from './Menu.tsx';
import { Meter } from './Meter.tsx';
import { pickAll, pickNone } from './selection.ts';

/** What was done and what was refused of one thing asked for many. */
export function outcome(results: BulkResult[]) {
  const refused = results.filter((r) => r.status < 200 || r.status > 299);
  return { done: results.length - refused.length, refused };
}

/** The bar of what is chosen: the same for all, and what came of each. */
export function Bulk({ picked, shown }: { picked: Key[]; shown: Key[] }) {
  const say = useWords();
  const client = useClient();
  const now = useNow();
  const agents = useDesk((s) => s.agents);
  const me = useDesk((s) => s.me.agent.id);
  const permissions = useDesk((s) => s.me.permissions);
  const known = useDesk((s) => s.known.rows);
  const [busy, setBusy] = useState(false);
  const [asking, ask] = useState<'write' | 'tag' | null>(null);
  const [result, show] = useState<{ kind: BulkKind; done: number; refused: BulkResult[] } | null>(null);
  const n = picked.length;
  const names = (id: string) => agents[id]?.name ?? id;

  async function go(kind: BulkKind, fields: Record<string, unknown> = {}) {
    setBusy(true);
    ask(null);
    try {
      const results: BulkResult[] = [];
      for (const { keys, tags } of kind === 'tag' ? byTags(picked, (key) => known[key]?.tags, fields.tags as string[]) : [{ keys: picked, tags: undefined }]) {
        const list = keys.map((key) => ({ key, seen: known[key]?.version }));
        results.push(...await bulk(client.api, () => uuid(), kind, list, tags ? { tags } : fields));
      }
      const { done, refused } = outcome(results);
      if (refused.length) {
        pickAll(refused.map((r): Key => `${r.brand}/${r.customer}`));
        show({ kind, done, refused });
      } else {
        screen.toast({ text: say(`bulk.done.${kind}`, { n: done }) });
        pickNone();
      }
    } catch (err) {
      screen.toast({ text: refusalOf(err, say, names), bad: true });
    } finally {
      setBusy(false);
    }
  }

  const teams = [...new Set(Object.values(agents).flatMap((a) => a.teams ?? []))].sort();
  const to: Item[] = [
    { id: 'queue', label: say('bulk.queue'), do: () => void go('transfer', { to: '' }) },
    ...teams.map((t) => ({ id: `team ${t}`, label: say('bulk.team', { name: t }), do: () => void go('transfer', { team: t }) })),
    ...Object.values(agents).sort((a, b) => Number(b.id === me) - Number(a.id === me) || a.load - b.load).map((a) => ({
      id: a.id, label: a.id === me ? say('row.you') : a.name, mark: a.presence, disabled: a.presence === 'offline',
      hint: a.capacity ? say('act.transfer.load', { load: a.load, capacity: a.capacity }) : undefined, do: () => void go('transfer', { to: a.id }),
    })),
  ];
  const until: Item[] = moments(now).map(([id, at]) => ({
    id, label: say(`act.snooze.${id}`), hint: moment(at.toISOString(), say), do: () => void go('snooze', { until: at.toISOString() }),
  }));
  const may = (p: string) => permissions.includes(p);
  const button = (Icon: typeof Bot, label: string, act: () => void) => (
    <button className="icon-button" aria-label={label} title={label} disabled={busy} onClick={act}><Icon aria-hidden /></button>
  );

  return (<>
    <div className="bulk" role="toolbar" aria-label={say('bulk.label')} aria-busy={busy}>
      <p role="status">{busy ? say('bulk.busy') : say('bulk.picked', { n })}</p>
      {n < shown.length && button(CheckCheck, say('bulk.all'), () => pickAll(shown))}
      {button(X, say('bulk.none'), pickNone)}
      <div className="bulk-acts">
        {may('transfer') && <Menu className="icon-button" compact label={say('bulk.assign')} icon={<ArrowRightLeft aria-hidden />} items={to} />}
        {may('write') && button(MessageSquareText, say('bulk.reply'), () => ask('write'))}
        {may('settle') && button(Check, say('act.resolve'), () => void go('resolve'))}
        {may('settle') && <Menu className="icon-button" compact label={say('act.snooze')} icon={<AlarmClock aria-hidden />} items={until} />}
        {may('settle') && button(Bot, say('act.return'), () => void go('return'))}
        {may('note') && button(Tag, say('bulk.tag'), () => ask('tag'))}
      </div>
    </div>
    {asking === 'write' && <Write n={n} onClose={() => ask(null)} go={(text) => void go('write', { text })} />}
    {asking === 'tag' && <Tags n={n} onClose={() => ask(null)} go={(tags) => void go('tag', { tags })} />}
    {result && (
      <Dialog title={say('bulk.result')} onClose={() => show(null)}>
        <p role="status">{result.done ? say(`bulk.done.${result.kind}`, { n: result.done }) : say('bulk.result.all')}</p>
        <h3>{say('bulk.refused', { n: result.refused.length })}</h3>
        <ul className="refusals">
          {result.refused.map((r) => {
            const row = known[`${r.brand}/${r.customer}`];
            return (
              <li key={`${r.brand}/${r.customer}`}>
                <strong>{row?.name || row?.phone || say('row.unknown')}</strong>
                <span>{whyNot(r.code, say, r.owner && names(r.owner))}</span>
              </li>
            );
          })}
        </ul>
        <p className="quiet">{say('bulk.result.kept')}</p>
      </Dialog>
    )}
  </>);
}

function Write({ n, onClose, go }: { n: number; onClose: () => void; go: (text: string) => void }) {
  const say = useWords();
  const [text, set] = useState('');
  const said = text.trim();
  function send(e: FormEvent) {
    e.preventDefault();
    if (said && [...said].length <= longest) go(said);
  }
  return (
    <Dialog title={say('bulk.write.title', { n })} onClose={onClose}>
      <form onSubmit={send}>
        <p className="quiet">{say('bulk.write.lead')}</p>
        <label className="stacked">{say('bulk.write.text')}
          <textarea rows={4} value={text} onChange={(e) => set(e.target.value)} data-first required dir="auto" />
        </label>
        <Meter text={text} sms onFix={set} />
        <footer><button className="button primary" disabled={!said || [...said].length > longest}>{say('bulk.go', { n })}</button></footer>
      </form>
    </Dialog>
  );
}

/** An act says all the tags that a conversation has: who have the same ones are asked for together. */
export function byTags(keys: Key[], tagsOf: (key: Key) => string[] | null | undefined, more: string[]): { keys: Key[]; tags: string[] }[] {
  const groups = new Map<string, { keys: Key[]; tags: string[] }>();
  for (const key of keys) {
    const tags = [...new Set([...tagsOf(key) ?? [], ...more])];
    const name = JSON.stringify([...tags].sort());
    const group = groups.get(name);
    if (group) group.keys.push(key);
    else groups.set(name, { keys: [key], tags });
  }
  return [...groups.values()];
}

/** Tags as somebody types them, each once. */
export const tagsOf = (text: string) => [...new Set(text.split(',').map((t) => t.trim()).filter(Boolean))];

function Tags({ n, onClose, go }: { n: number; onClose: () => void; go: (tags: string[]) => void }) {
  const say = useWords();
  const [text, set] = useState('');
  return (
    <Dialog title={say('bulk.tag.title', { n })} onClose={onClose}>
      <form onSubmit={(e) => { e.preventDefault(); go(tagsOf(text)); }}>
        <p className="quiet">{say('bulk.tag.lead')}</p>
        <label className="stacked">{say('bulk.tag.text')}<input value={text} maxLength={400} onChange={(e) => set(e.target.value)} data-first /></label>
        <footer><button className="button primary">{say('bulk.go', { n })}</button></footer>
      </form>
    </Dialog>
  );
}
