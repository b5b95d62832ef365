import { set, useSettings, type Theme } from '../settings.ts';
import { useWords, type Word } from '../words/index.ts';
import { screen } from './context.ts';
import { Dialog } from './Dialog.tsx';

const mac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);
const ctrl = mac ? '⌘' : 'Ctrl';

const keys: [Word, [string[], Word][]][] = [
  ['keys.anywhere', [[[ctrl, 'K'], 'keys.palette'], [['?'], 'keys.help'], [['Esc'], 'keys.escape']]],
  ['keys.in_list', [[['J'], 'keys.next'], [['K'], 'keys.previous'], [['X'], 'keys.pick']]],
  ['keys.in_thread', [
    [['C'], 'keys.claim'], [['D'], 'keys.decline'], [['R'], 'keys.reply'], [['N'], 'keys.note'], [['E'], 'keys.resolve'], [['B'], 'keys.give_back'], [['Z'], 'keys.snooze'], [['Y'], 'keys.release'], [['W'], 'keys.drop'],
    [['/'], 'keys.canned'], [['Enter'], 'keys.send'], [['Shift', 'Enter'], 'keys.line'], [[ctrl, 'Z'], 'keys.recall'],
  ]],
];

/** The shortcuts, and what an agent can set. */
export function Help() {
  const say = useWords();
  return (
    <Dialog title={say('keys.title')} className="help" onClose={() => screen.help(false)}>
      <div className="help-parts">
        <section>
          <h3>{say('settings.title')}</h3>
          <Settings />
        </section>
        <section>
          {keys.map(([title, list]) => (
            <div key={title}>
              <h3>{say(title)}</h3>
              <dl>{list.map(([names, word]) => <div key={word}><dt>{names.map((k) => <kbd key={k}>{say.maybe(`key.${k}`, k)}</kbd>)}</dt><dd>{say(word)}</dd></div>)}</dl>
            </div>
          ))}
        </section>
      </div>
    </Dialog>
  );
}

function Settings() {
  const say = useWords();
  const { theme, shortcuts, sound, notify } = useSettings();
  const denied = typeof Notification !== 'undefined' && Notification.permission === 'denied';
  async function setNotify(on: boolean) { // browsers ask only when somebody just clicked
    const allowed = on && typeof Notification !== 'undefined' && (Notification.permission === 'granted' || await Notification.requestPermission() === 'granted');
    set({ notify: allowed });
  }
  return (
    <>
      <div className="field">
        <label htmlFor="theme">{say('nav.theme')}</label>
        <select id="theme" value={theme} onChange={(e) => set({ theme: e.target.value as Theme })}>
          {(['auto', 'light', 'dark'] as const).map((t) => <option key={t} value={t}>{say(`theme.${t}`)}</option>)}
        </select>
      </div>
      <LanguageSwitch />
      <Check on={shortcuts} set={(on) => set({ shortcuts: on })} label={say('keys.on')} lead={say('keys.lead')} />
      <Check on={sound} set={(on) => set({ sound: on })} label={say('settings.sound')} lead={say('settings.sound.lead')} />
      <Check on={notify && !denied} set={(on) => void setNotify(on)} disabled={denied} label={say('settings.notify')} lead={say(denied ? 'settings.notify.denied' : 'settings.notify.lead')} />
    </>
  );
}

function Check({ on, set, label, lead, disabled }: { on: boolean; set: (on: boolean) => void; label: string; lead: string; disabled?: boolean }) {
  return (
    <label className="check">
      <input type="checkbox" checked={on} disabled={disabled} onChange={(e) => set(e.target.checked)} />
      <span>{label}<small>{lead}</small></span>
    </label>
  );
}

export function LanguageSwitch() {
  const say = useWords();
  return (
    <div className="field">
      <label htmlFor="language">{say('nav.language')}</label>
      <select id="language" value={say.language} onChange={(e) => set({ language: e.target.value as 'fr' | 'en' })}>
        <option value="fr" lang="fr">Français</option>
        <option value="en" lang="en">English</option>
      </select>
    </div>
  );
}
