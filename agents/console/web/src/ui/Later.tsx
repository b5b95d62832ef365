import { useState, type FormEvent } from 'react';
import { CalendarClock } from 'lucide-react';
import { moment } from '../time.ts';
import { useWords, type Speak } from '../words/index.ts';
import { evening, furthest, isNight, local, morning, nextAt, wall, weekday } from '../zone.ts';
import { Dialog } from './Dialog.tsx';
import { Menu, type Item } from './Menu.tsx';

/** When something may go out later: mornings are the customer's. */
export function mornings(zone: string | undefined, now: number): { id: 'early' | 'tomorrow' | 'monday'; at: Date }[] {
  const monday = (8 - weekday(zone, now)) % 7 || 7;
  const all = [
    { id: 'early' as const, at: nextAt(morning, zone, now) },
    { id: 'tomorrow' as const, at: nextAt(9, zone, now, 1) },
    ...(monday > 1 ? [{ id: 'monday' as const, at: nextAt(9, zone, now, monday) }] : []),
  ];
  return all.filter(({ at }) => at.getTime() <= now + furthest);
}

/** A moment in the agent's time and, where that differs, in the customer's. */
export function both(at: string, zone: string | undefined, say: Speak): string {
  const here = moment(at, say), w = wall(zone, Date.parse(at)), d = new Date(at);
  if (!w || w.hour === d.getHours() && w.minute === d.getMinutes() && w.day === d.getDate()) return here;
  return `${here} (${say('time.local', { time: `${String(w.hour).padStart(2, '0')}:${String(w.minute).padStart(2, '0')}` })})`;
}

/** The menu beside Send: later, at a moment that makes sense, or any. */
export function Later({ zone, now, latest, night, disabled, onSend }: {
  zone: string | undefined; now: number; latest: number; night: boolean; disabled: boolean; onSend: (at?: Date) => void;
}) {
  const say = useWords();
  const [choosing, choose] = useState(false);
  const items: Item[] = [
    ...(night ? [{ id: 'now', label: say('later.now'), do: () => onSend() }] : []),
    ...mornings(zone, now).filter(({ at }) => at.getTime() < latest).map(({ id, at }) => ({ id, label: say(`later.${id}`), hint: both(at.toISOString(), zone, say), do: () => onSend(at) })),
    { id: 'choose', label: say('later.choose'), do: () => choose(true) },
  ].map((i) => ({ ...i, disabled: disabled && i.id !== 'choose' }));
  return (
    <>
      <Menu className="button primary later" compact label={say('later.label')} icon={<CalendarClock aria-hidden />} items={items} />
      {choosing && <Choose zone={zone} latest={latest} disabled={disabled} onClose={() => choose(false)} onSend={onSend} />}
    </>
  );
}

function Choose({ zone, latest, disabled, onClose, onSend }: { zone: string | undefined; latest: number; disabled: boolean; onClose: () => void; onSend: (at: Date) => void }) {
  const say = useWords();
  const [now] = useState(Date.now);
  const [value, set] = useState(() => local(nextAt(9, zone, now, 1).getTime()));
  const at = Date.parse(value);
  const most = Math.min(now + furthest, latest);
  const wrong = !(at > now + 30_000 && at <= most);
  return (
    <Dialog title={say('later.title')} onClose={onClose}>
      {(close) => (
        <form className="choose" onSubmit={(e: FormEvent) => { e.preventDefault(); if (wrong || disabled) return; close(); onSend(new Date(at)); }}>
          <label htmlFor="later-at">{say('later.at')}</label>
          <input id="later-at" type="datetime-local" value={value} min={local(now + 60_000)} max={local(most)} autoFocus
            onChange={(e) => set(e.target.value)} aria-describedby="later-note" />
          <p id="later-note" className="quiet" role="status">
            {wrong ? say(most === latest ? 'later.window' : 'later.wrong', { time: moment(new Date(most).toISOString(), say) }) : both(new Date(at).toISOString(), zone, say)}
            {!wrong && isNight(zone, at) && <><br />{say('later.night', { from: morning, until: evening })}</>}
          </p>
          <footer>
            <button type="button" className="button" onClick={close}>{say('app.cancel')}</button>
            <button className="button primary" disabled={wrong || disabled}>{say('later.go')}</button>
          </footer>
        </form>
      )}
    </Dialog>
  );
}
