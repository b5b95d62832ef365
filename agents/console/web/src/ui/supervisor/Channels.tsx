import { useEffect, useState } from 'react';
import { QrCode, TriangleAlert } from 'lucide-react';
import type { Channel } from '../../protocol.ts';
import { moment } from '../../time.ts';
import { useWords } from '../../words/index.ts';
import { adviceOf, canLink, lookAtChannels, numberOf, stateOf, toneOf, useChannels } from '../channels.ts';
import { useClient, useDesk } from '../context.ts';
import { Linking } from './Linking.tsx';
import { Problem } from './Problem.tsx';
import '../../css/channels.css';

/** What messages go through: how each linked phone is, and what to do about one that is down. */
export function Channels({ brand }: { brand: string }) {
  const say = useWords();
  const client = useClient();
  const { items, failed } = useChannels();
  const brands = useDesk((s) => s.me.brands);
  const links = useDesk((s) => s.me.permissions.includes('manage_channels'));
  const [linking, link] = useState<Channel | null>(null);
  const look = () => void lookAtChannels(client.api);
  useEffect(look, [client]);
  const list = (items ?? []).filter((c) => !brand || c.brand === brand);

  return (
    <>
      <div className="controls"><p className="lead">{say('channels.lead')}</p></div>
      {list.some((c) => c.linked) && (
        <section className="card unofficial">
          <TriangleAlert aria-hidden />
          <div><h2>{say('channels.unofficial')}</h2><p>{say('channels.unofficial.text')}</p></div>
        </section>
      )}
      {failed && !items && <Problem again={look} />}
      {!failed && !items && <p className="empty" role="status">{say('app.loading')}</p>}
      {items && !list.length && <p className="empty">{say('channels.none')}</p>}
      <ul className="channels">
        {list.map((c) => <Row key={`${c.brand}/${c.id}`} of={c} brand={brands.length > 1 ? brands.find((b) => b.id === c.brand)?.name ?? c.brand : ''} link={links ? () => link(c) : undefined} />)}
      </ul>
      {linking && <Linking of={linking} onClose={() => { link(null); look(); }} onLinked={() => setTimeout(look, 4_000)} />}
    </>
  );
}

function Row({ of: c, brand, link }: { of: Channel; brand: string; link?: () => void }) {
  const say = useWords();
  const d = c.device;
  const number = d ? numberOf(d.account) : undefined;
  const free = canLink(c);
  const about = d ? [number && say('channel.account', { number }), d.since && say('channel.since', { time: moment(d.since, say) })].filter(Boolean).join(', ') : say('channel.api');
  return (
    <li className="card" data-tone={d ? toneOf(d) : undefined}>
      <header>
        <h2>{say.maybe(`medium.${c.medium}`, c.medium)} {c.address}</h2>
        {d && <span className="badge" data-tone={toneOf(d)}>{stateOf(d, say)}</span>}
        <span className="quiet">{[c.id, say.maybe(`channel.kind.${c.kind}`, c.kind), brand].filter(Boolean).join(', ')}</span>
        {free && link && <span className="row-acts"><button className={`button ${c.device?.account ? '' : 'primary'}`} onClick={link}><QrCode aria-hidden />{say('pair.link')}</button></span>}
      </header>
      {d?.advice && <p>{adviceOf(d, say)}{free && !link && ` ${say('channels.admin')}`}</p>}
      {number && number !== c.address && <p className="wrong">{say('channel.other', { number, address: c.address })}</p>}
      {about && <p className="quiet">{about}</p>}
    </li>
  );
}
