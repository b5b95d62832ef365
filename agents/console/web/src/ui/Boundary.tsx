import { Component, type ReactNode } from 'react';
import { useWords } from '../words/index.ts';

/** Keeps a defect of one part to that part: the rest of the page goes on. */
export class Boundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  state = { broken: false };
  static getDerivedStateFromError() { return { broken: true }; }
  render() {
    return this.state.broken ? <Broken onRetry={() => this.setState({ broken: false })} /> : this.props.children;
  }
}

function Broken({ onRetry }: { onRetry: () => void }) {
  const say = useWords();
  return <div className="empty" role="alert"><p>{say('app.broken')}</p><button type="button" className="button" onClick={onRetry}>{say('app.retry')}</button></div>;
}
