import { useWords } from '../../words/index.ts';

/** That figures could not be loaded, and a way to try again. */
export function Problem({ again }: { again: () => void }) {
  const say = useWords();
  return <div className="empty" role="alert"><p>{say('super.failed')}</p><button className="button" onClick={again}>{say('app.retry')}</button></div>;
}
