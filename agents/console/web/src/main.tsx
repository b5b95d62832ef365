import { createRoot } from 'react-dom/client';
import { follow } from './settings.ts';
import { App } from './ui/App.tsx';
import './css/base.css';
import './css/list.css';
import './css/thread.css';
import './css/prompts.css';
import './css/customer.css';
import './css/dialog.css';

follow();
createRoot(document.getElementById('root')!).render(<App />);
