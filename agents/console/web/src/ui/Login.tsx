import { useState, type FormEvent } from 'react';
import { Refusal, type Api } from '../live/api.ts';
import type { Me } from '../protocol.ts';
import { useWords, type Word } from '../words/index.ts';
import { LanguageSwitch } from './Help.tsx';

export function Login({ api, over, onIn }: { api: Api; over: boolean; onIn: (me: Me) => void }) {
  const say = useWords();
  const [problem, set] = useState<Word | null>(over ? 'login.over' : null);
  const [busy, setBusy] = useState(false);

  async function go(e: FormEvent<HTMLFormElement>) {
    e.preventDefault();
    const form = new FormData(e.currentTarget);
    setBusy(true);
    set(null);
    try {
      onIn(await api.login(String(form.get('email')).trim(), String(form.get('password'))));
    } catch (err) {
      const code = err instanceof Refusal ? err.code : '';
      set(code === 'wrong_login' || code === 'too_many_logins' ? `login.${code}` : 'login.failed');
      setBusy(false);
    }
  }

  return (
    <main className="login">
      <form onSubmit={go}>
        <img src="./icon.svg" alt="" width="48" height="48" />
        <h1>{say('login.title')}</h1>
        <p>{say('login.lead')}</p>
        <label htmlFor="email">{say('login.email')}</label>
        <input id="email" name="email" type="email" autoComplete="username" required autoFocus />
        <label htmlFor="password">{say('login.password')}</label>
        <input id="password" name="password" type="password" autoComplete="current-password" required />
        <p className="problem" role="alert">{problem && say(problem)}</p>
        <button className="button primary" disabled={busy}>{say(busy ? 'login.going' : 'login.go')}</button>
        <LanguageSwitch />
      </form>
    </main>
  );
}
