import { X } from 'lucide-react';
import type { Brand } from '../protocol.ts';
import { useWords } from '../words/index.ts';
import { isOn, noFilter, type Filter } from './filter.ts';

/** What narrows a list: only what there is to choose from. */
export function Filters({ filter, set, brands, teams, tags }: {
  filter: Filter; set: (f: Filter) => void; brands: Brand[]; teams: string[]; tags: string[];
}) {
  const say = useWords();
  const choose = (name: keyof Filter, from: [string, string][]) => (
    <label className="filter" data-on={filter[name] ? true : undefined}>
      <span>{say(`filter.${name}`)}</span>
      <select value={filter[name]} onChange={(e) => set({ ...filter, [name]: e.target.value })}>
        <option value="">{say('filter.any')}</option>
        {from.map(([id, label]) => <option key={id} value={id}>{label}</option>)}
      </select>
    </label>
  );
  return (
    <div className="filters" role="group" aria-label={say('filter.label')}>
      {brands.length > 1 && choose('brand', brands.map((b) => [b.id, b.name]))}
      {choose('team', teams.map((t) => [t, t]))}
      {choose('tag', tags.map((t) => [t, t]))}
      {isOn(filter) && <button type="button" className="icon-button" aria-label={say('filter.clear')} title={say('filter.clear')} onClick={() => set(noFilter)}><X aria-hidden /></button>}
    </div>
  );
}
