import { useState } from 'react';
import { TriangleAlert, X } from 'lucide-react';
import { useWords } from '../words/index.ts';
import { isDown, stateOf, useChannels } from './channels.ts';
import { hashOf, type Place } from './context.ts';

/** That a channel is down, to who can do something about it; it comes again when something else is. */
export function Down({ place }: { place: Place }) {
  const say = useWords();
  const down = (useChannels((s) => s.items) ?? []).filter(isDown);
  const [seen, see] = useState('');
  const what = down.map((c) => `${c.brand}/${c.id} ${c.device!.advice}`).join('\n');
  const here = place.page === 'supervise' && place.tab === 'channels'; // who is told there what to do
  const [one] = down;
  return (
    <div role="status" className="down" data-is={one && what !== seen && !here ? 'down' : undefined}>
      {one && what !== seen && !here && (
        <>
          <TriangleAlert aria-hidden />
          <span>{down.length === 1
            ? say('down.one', { channel: `${say.maybe(`medium.${one.medium}`, one.medium)} ${one.address}`, state: stateOf(one.device!, say) })
            : say('down.many', { n: down.length })}</span>
          <a href={hashOf({ view: 'all', key: null, page: 'supervise', tab: 'channels' })}>{say('down.see')}</a>
          <button className="icon-button" aria-label={say('app.close')} onClick={() => see(what)}><X aria-hidden /></button>
        </>
      )}
    </div>
  );
}
