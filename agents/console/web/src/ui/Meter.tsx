import type { Price } from '../protocol.ts';
import { meter, plain } from '../sms.ts';
import { price as priceOf } from '../time.ts';
import { useWords } from '../words/index.ts';

/** What the text costs as SMS, and what makes it cost more. */
export function Meter({ text, sms, price, onFix }: { text: string; sms: boolean; price?: Price | null; onFix?: (text: string) => void }) {
  const say = useWords();
  if (!text) return <span className="meter" />;
  const m = meter(text);
  if (!sms) return <span className="meter">{say('meter.chars', { n: m.characters })}</span>;
  const fixed = plain(text);
  const less = m.segments - meter(fixed).segments;
  return (
    <div className="meter" data-forced={m.forced.length > 0 || undefined}>
      <span>
        <b>{say('meter.segments', { n: m.segments })}</b>{price && <> · <b>{priceOf(price, m.segments, say)}</b></>} · {say('meter.chars', { n: m.characters })} · {say('meter.left', { n: m.left })} · {m.encoding}
      </span>
      {m.forced.length > 0 && (
        <span>
          {say('meter.forced', { chars: m.forced.map((c) => (/\s/.test(c) ? say('meter.space') : c)).join(' ') })}
          {onFix && fixed !== text && (
            <button type="button" className="plain" onClick={() => onFix(fixed)}>
              {say('meter.fix')}{less > 0 && ` (${say('meter.saves', { n: less })}${price ? `, −${priceOf(price, less, say)}` : ''})`}
            </button>
          )}
        </span>
      )}
    </div>
  );
}
