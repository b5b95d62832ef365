import { useEffect, useState } from 'react';
import type { AuditItem } from '../../protocol.ts';
import { audit } from '../../remote.ts';
import { moment } from '../../time.ts';
import { useWords, type Speak } from '../../words/index.ts';
import { hashOf, useClient, useDesk } from '../context.ts';
import { Problem } from './Problem.tsx';

/** What can be filtered by: acts have the types of their events. */
export const kinds = [
  'agent.claimed', 'agent.wrote', 'agent.noted', 'agent.transferred', 'agent.returned', 'agent.snoozed', 'agent.resolved', 'agent.reopened', 'agent.tagged',
  'agent.began', 'agent.recalled', 'agent.declined', 'agent.unsubscribed', 'agent.kept', 'agent.released', 'agent.dropped', 'agent.offered', 'agent.idled',
  'login', 'login.failed', 'logout', 'logout.forced', 'presence', 'password.changed', 'account.added', 'account.changed', 'account.disabled', 'incident.put', 'incident.ended',
  'privacy.requested', 'privacy.exported', 'privacy.confirmed', 'privacy.erased', 'device.pairing', 'device.paired',
];

interface Pages { items: AuditItem[]; next?: string; loading: boolean; failed: boolean }
const tries = 8; // pages that may be empty before the end

/** Who did what, newest first. */
export function Audit({ brand }: { brand: string }) {
  const say = useWords();
  const client = useClient();
  const agents = useDesk((s) => s.agents);
  const [agent, setAgent] = useState('');
  const [kind, setKind] = useState('');
  const [pages, set] = useState<Pages>({ items: [], loading: true, failed: false });

  useEffect(() => {
    let here = true;
    set({ items: [], loading: true, failed: false });
    void more([], undefined, (p) => { if (here) set(p); });
    return () => { here = false; };
  }, [client, brand, agent, kind]);

  async function more(had: AuditItem[], cursor: string | undefined, put: (p: Pages) => void) {
    put({ items: had, next: cursor, loading: true, failed: false });
    let items = had, next = cursor;
    try {
      for (let i = 0; i < tries; i++) {
        const p = await audit(client.api, { brand, agent, kind, cursor: next });
        const seen = new Set(items.map((x) => x.id));
        items = [...items, ...(p.items ?? []).filter((x) => !seen.has(x.id))];
        next = p.next || undefined;
        if (items.length > had.length || !next) break;
      }
      put({ items, next, loading: false, failed: false });
    } catch {
      put({ items, next, loading: false, failed: true });
    }
  }

  const names = Object.values(agents).sort((a, b) => a.name.localeCompare(b.name));
  return (
    <>
      <div className="controls">
        <label className="control">{say('audit.agent')}
          <select value={agent} onChange={(e) => setAgent(e.target.value)}>
            <option value="">{say('audit.anybody')}</option>
            {names.map((a) => <option key={a.id} value={a.id}>{a.name}</option>)}
          </select>
        </label>
        <label className="control">{say('audit.kind')}
          <select value={kind} onChange={(e) => setKind(e.target.value)}>
            <option value="">{say('audit.kind.any')}</option>
            {kinds.map((k) => <option key={k} value={k}>{kindOf(k, say)}</option>)}
          </select>
        </label>
      </div>
      {pages.failed && !pages.items.length && <Problem again={() => void more([], undefined, set)} />}
      {pages.loading && !pages.items.length && <p className="empty" role="status">{say('app.loading')}</p>}
      {!pages.loading && !pages.failed && !pages.items.length && <p className="empty">{say('audit.none')}</p>}
      {pages.items.length > 0 && (
        <section className="card">
          <div className="table-scroll" tabIndex={0} role="region" aria-label={say('super.audit')}>
            <table>
              <thead><tr>{(['audit.at', 'audit.agent', 'audit.kind', 'audit.detail', 'audit.about'] as const).map((w) => <th key={w} scope="col">{say(w)}</th>)}</tr></thead>
              <tbody>
                {pages.items.map((a) => (
                  <tr key={a.id}>
                    <td><time dateTime={a.at}>{moment(a.at, say)}</time></td>
                    <td>{a.name || (a.agent ? agents[a.agent]?.name ?? a.agent : say('audit.desk'))}</td>
                    <td>{kindOf(a.kind, say)}</td>
                    <td className="wrap detail">{detailOf(a.detail, (id) => agents[id]?.name, say)}</td>
                    <td>{a.brand && a.customer ? <a href={hashOf({ view: 'all', key: `${a.brand}/${a.customer}` })}>{say('audit.open')}</a> : a.brand}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
      {pages.failed && pages.items.length > 0 && <p className="problem" role="alert">{say('super.failed')}</p>}
      {pages.next && <p className="more"><button className="button" disabled={pages.loading} onClick={() => void more(pages.items, pages.next, set)}>{say('audit.more')}</button></p>}
    </>
  );
}

export const kindOf = (kind: string, say: Speak) => say.maybe(`audit.${kind}`, kind);

const isId = /^[0-9a-f]{8}-[0-9a-f]{4}-/;

/** A row's details in one line: an agent's id as their name, other ids not at all. */
export function detailOf(detail: AuditItem['detail'], name: (id: string) => string | undefined, say: Speak): string {
  if (!detail) return '';
  if (typeof detail === 'string') return detail;
  return Object.entries(detail).flatMap(([k, v]) => {
    if (v === '' || v === null || v === undefined) return [];
    const text = typeof v === 'string' ? name(v) ?? say.maybe(`detail.${k}.${v}`, v) : JSON.stringify(v);
    return isId.test(text) ? [] : [`${say.maybe(`detail.${k}`, k.replaceAll('_', ' '))}${say('app.colon')}${text}`];
  }).join(', ');
}
