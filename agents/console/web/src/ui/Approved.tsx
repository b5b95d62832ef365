import { useEffect, useRef, useState } from 'react';
import { Clock3, FileText } from 'lucide-react';
import type { Key, Price, Template } from '../protocol.ts';
import { useWords } from '../words/index.ts';
import { useScreen } from './context.ts';
import { useSuggest } from './Suggest.tsx';
import { TemplateForm } from './TemplateForm.tsx';
import { useTemplateChoices, useTemplates } from './templates.ts';

/** Where WhatsApp takes no free text any more: why, and the templates that it approved. */
export function Approved({ k, version, price }: { k: Key; version?: number; price?: Price | null }) {
  const say = useWords();
  const list = useTemplates(k, true, version);
  const [typed, type] = useState('');
  const [open, set] = useState(false);
  const [chosen, choose] = useState<Template | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const { focus } = useScreen();
  const choices = useTemplateChoices(list, typed, true);
  const none = Array.isArray(list) && !list.some((t) => t.approved);
  const found = useSuggest({
    open: open && !chosen && !none, label: say('template.pick'), choices,
    none: say(list === 'loading' ? 'template.loading' : list === 'failed' ? 'template.failed' : 'template.none'),
    onPick: (c) => { choose(choices.find((x) => x.id === c.id)?.template ?? null); type(''); set(false); },
    onClose: () => set(false),
  });
  const before = useRef(focus);
  useEffect(() => {
    if (focus !== before.current) field.current?.focus();
  }, [focus]);
  function back() {
    choose(null);
    requestAnimationFrame(() => field.current?.focus());
  }
  if (chosen) return <TemplateForm key={chosen.name} k={k} t={chosen} sms={false} price={price} onBack={back} onSent={back} />;
  return (
    <div className="approved">
      {found.element}
      <p className="window" data-is="soon" role="status"><Clock3 aria-hidden />{say(none ? 'template.none.approved' : 'template.shut')}</p>
      {!none && (
        <div className="approved-field">
          <FileText aria-hidden />
          <input ref={field} role="combobox" aria-expanded={!!found.element} value={typed} placeholder={say('template.search')} aria-label={say('template.pick')} maxLength={60}
            onFocus={() => set(true)} onBlur={() => set(false)} onClick={() => set(true)} onChange={(e) => { type(e.target.value); set(true); }}
            onKeyDown={(e) => { if (!found.keys(e) && (e.key === 'ArrowDown' || e.key === 'Enter')) { e.preventDefault(); set(true); } }} {...found.aria} />
        </div>
      )}
    </div>
  );
}
