import { useEffect, useRef } from 'react';
import { X } from 'lucide-react';
import { set, useSettings, type Theme } from '../settings.ts';
import { useWords, type Word } from '../words/index.ts';
import { screen } from './context.ts';

const keys: [string, Word][] = [
  ['J', 'keys.next'], ['K', 'keys.previous'], ['C', 'keys.claim'], ['R', 'keys.reply'], ['N', 'keys.note'],
  ['E', 'keys.resolve'], ['Z', 'keys.snooze'], ['?', 'keys.help'],
];

/** The shortcuts, and what an agent can set. */
export function Help() {
  const say = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const { theme, shortcuts } = useSettings();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="help" aria-labelledby="help-title" onClose={() => screen.help(false)}
      onClick={(e) => e.target === dialog.current && dialog.current.close()}>
      <header>
        <h2 id="help-title">{say('keys.title')}</h2>
        <button className="icon-button" aria-label={say('app.close')} onClick={() => dialog.current?.close()}><X aria-hidden /></button>
      </header>
      <dl>
        {keys.map(([key, word]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{say(word)}</dd></div>)}
      </dl>
      <label className="check">
        <input type="checkbox" checked={shortcuts} onChange={(e) => set({ shortcuts: e.target.checked })} />
        <span>{say('keys.on')}<small>{say('keys.lead')}</small></span>
      </label>
      <div className="field">
        <label htmlFor="theme">{say('nav.theme')}</label>
        <select id="theme" value={theme} onChange={(e) => set({ theme: e.target.value as Theme })}>
          {(['auto', 'light', 'dark'] as const).map((t) => <option key={t} value={t}>{say(`theme.${t}`)}</option>)}
        </select>
      </div>
      <LanguageSwitch />
    </dialog>
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
