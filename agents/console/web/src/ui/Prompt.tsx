import { memo } from 'react';
import { Bot, CornerDownRight, Hourglass, Send, X } from 'lucide-react';
import { because, countdown, decided, origin, secondsTo, type Fate } from '../prompts.ts';
import type { Entry, Key, Waiting } from '../protocol.ts';
import { clock } from '../time.ts';
import { useWords } from '../words/index.ts';
import { possible, useActs } from './acts.ts';
import { useDesk, useNow } from './context.ts';
import { Text } from './Entry.tsx';

/** A prompt that came while a person talks: they see it before it goes. */
export const ShownPrompt = memo(function ShownPrompt({ e, k, fate }: { e: Entry; k: Key; fate?: Fate }) {
  const say = useWords();
  const { act } = useActs();
  const detail = useDesk((s) => s.details[k]);
  const row = useDesk((s) => s.known.rows[k]);
  const me = useDesk((s) => s.me.agent.id);
  const owner = useDesk((s) => (row?.owner ? s.agents[row.owner]?.name ?? row.owner : ''));
  const id = e.data?.prompt ?? '';
  const waits = detail?.prompts?.find((p) => p.id === id && p.status === 'shown');
  const open = !fate && !!waits;
  const mine = possible(row, me).mine;
  return (
    <article className="bubble shown-prompt" data-from="prompt" data-open={open || undefined}>
      <header>
        <Bot aria-hidden /><strong>{open ? say(mine ? 'prompt.shown' : 'prompt.shown.theirs', { name: owner }) : say('prompt.auto')}</strong>
        <span>{origin(e.data ?? {}, say)}</span>
      </header>
      <div className="said"><Text text={e.text || waits?.text || ''} /></div>
      {open ? (
        <>
          <p className="quiet">{say(mine ? 'prompt.shown.why' : 'prompt.shown.why.theirs', { name: owner })} <Leaves at={waits.at ?? e.data?.at} /></p>
          {mine && (
            <div className="pending-acts">
              <button type="button" className="button" onClick={() => void act(k, 'drop', { prompt: id })}><X aria-hidden /><span>{say('prompt.drop')}</span><kbd aria-hidden>W</kbd></button>
              <button type="button" className="button primary" onClick={() => void act(k, 'release', { prompt: id })}><Send aria-hidden /><span>{say('prompt.release')}</span><kbd aria-hidden>Y</kbd></button>
            </div>
          )}
        </>
      ) : detail && <p className="quiet">{fate ? <Ended of={fate} /> : say('prompt.fate.none')}</p>}
      <footer><time dateTime={e.at}>{clock(e.at, say)}</time>{e.rule && <code title={say('thread.rule', { rule: e.rule })}>{e.rule}</code>}</footer>
    </article>
  );
});

/** When it goes by itself. */
function Leaves({ at }: { at?: string }) {
  const say = useWords();
  const now = useNow(500);
  if (!at) return null;
  const left = secondsTo(at, now);
  return (
    <span className="leaving" title={say('prompt.leaves.label', { time: clock(at, say) })}>
      <Hourglass aria-hidden />{left ? say('prompt.leaves', { time: countdown(left) }) : say('prompt.leaving')}
    </span>
  );
}

function Ended({ of: { kind, entry } }: { of: Fate }) {
  const say = useWords();
  const agents = useDesk((s) => s.agents);
  const name = (entry.agent && agents[entry.agent]?.name) || entry.name || entry.agent || say('thread.agent');
  const why = kind === 'over' || kind === 'held' ? because(entry.rule, entry.data, say) : '';
  return <>{say(`prompt.fate.${kind}`, { name, time: clock(entry.at, say) })}{why && ` ${why}`}</>;
}

/** What the gate said of a prompt, in one line. */
export const PromptLine = memo(function PromptLine({ e }: { e: Entry }) {
  const say = useWords();
  const why = because(e.rule, e.data, say);
  return (
    <p className="event prompt-line" data-is={e.type === 'prompt.refused' || e.type === 'prompt.undeliverable' ? 'bad' : undefined}>
      <time dateTime={e.at}>{clock(e.at, say)}</time>
      <span><Bot aria-hidden />{origin(e.data ?? {}, say)}{say('app.colon')}<b>{decided(e.type ?? '', e.data?.at, say)}</b>{why && `. ${why}`}</span>
      {e.rule && <code title={say('thread.rule', { rule: e.rule })}>{e.rule}</code>}
    </p>
  );
});

/** Who asked for what the brand said first, and which try it is. */
export function Origin({ e, first }: { e: Entry; first?: Entry }) {
  const say = useWords();
  if (!e.prompt) return null;
  const medium = (m?: string) => say.maybe(`medium.${m}`, m ?? '');
  return (
    <>
      <span className="origin">{say('prompt.origin', { what: origin(e.prompt, say) })}</span>
      {first && <span className="origin"><CornerDownRight aria-hidden />{say('prompt.second', { medium: medium(first.medium), now: medium(e.medium) })}</span>}
    </>
  );
}

/** The prompts that wait for the customer, in their panel. */
export function WaitingPrompts({ list }: { list: Waiting[] }) {
  const say = useWords();
  return (
    <ul className="plain-list waiting">
      {list.map((p) => (
        <li key={p.id}>
          <span><b>{origin(p, say)}</b> <span className="badge">{say.maybe(`purpose.${p.purpose}`, p.purpose)}</span></span>
          <span className="quiet">{decided(p.status === 'shown' ? 'prompt.shown.short' : `prompt.${p.status}`, p.at, say)}</span>
          <span className="quiet">{because(p.rule, { ...p.inputs, why: p.why ?? '' }, say)} <code title={say('thread.rule', { rule: p.rule })}>{p.rule}</code></span>
          {p.text && <details><summary>{say('prompt.text')}</summary><p>{p.text}</p></details>}
        </li>
      ))}
    </ul>
  );
}
