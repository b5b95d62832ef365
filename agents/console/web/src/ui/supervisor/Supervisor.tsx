import { useState } from 'react';
import { ArrowLeft } from 'lucide-react';
import { useWords } from '../../words/index.ts';
import { hashOf, tabsOf, useDesk, type Place } from '../context.ts';
import { Audit } from './Audit.tsx';
import { Channels } from './Channels.tsx';
import { Incidents } from './Incidents.tsx';
import { LiveBoard } from './LiveBoard.tsx';
import { Privacy } from './Privacy.tsx';
import { Reports } from './Reports.tsx';
import '../../css/supervise.css';

/** What a supervisor looks at: how it goes now, how it went, what is announced, who did what. */
export default function Supervisor({ place }: { place: Place }) {
  const say = useWords();
  const brands = useDesk((s) => s.me.brands);
  const permissions = useDesk((s) => s.me.permissions);
  const [brand, setBrand] = useState('');
  const tabs = tabsOf(permissions);
  const tab = place.tab && tabs.includes(place.tab) ? place.tab : 'live';
  return (
    <main className="supervise" id="thread" tabIndex={-1}>
      <header>
        <a className="icon-button back" href={hashOf({ view: 'queue', key: null })} aria-label={say('head.back')}><ArrowLeft aria-hidden /></a>
        <h1>{say('super.title')}</h1>
        <nav aria-label={say('super.title')}>
          {tabs.map((t) => (
            <a key={t} href={hashOf({ view: 'all', key: null, page: 'supervise', tab: t })} aria-current={t === tab ? 'page' : undefined}>{say(`super.${t}`)}</a>
          ))}
        </nav>
        {brands.length > 1 && (
          <label className="filter" data-on={brand ? true : undefined}><span>{say('super.brand')}</span>
            <select value={brand} onChange={(e) => setBrand(e.target.value)}>
              <option value="">{say('super.brands')}</option>
              {brands.map((b) => <option key={b.id} value={b.id}>{b.name}</option>)}
            </select>
          </label>
        )}
      </header>
      <div className="supervise-body" tabIndex={0}>
        {tab === 'live' && <LiveBoard brand={brand} />}
        {tab === 'reports' && <Reports brand={brand} />}
        {tab === 'incidents' && <Incidents brand={brand} />}
        {tab === 'channels' && <Channels brand={brand} />}
        {tab === 'privacy' && <Privacy brand={brand} />}
        {tab === 'audit' && <Audit brand={brand} />}
      </div>
    </main>
  );
}
