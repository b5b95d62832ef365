// A field with a list of what it may mean: WAI-ARIA's combobox. The focus stays
// in the field; the arrows say which option is meant.

import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';

export interface Option { id: string; disabled?: boolean }

/** Which option an arrow leads to; those that are disabled are passed over. */
export function moved(items: Option[], at: number, key: string): number {
  const open = items.flatMap((o, i) => (o.disabled ? [] : [i]));
  if (!open.length) return -1;
  switch (key) {
    case 'ArrowDown': return open.find((i) => i > at) ?? open[0]!;
    case 'ArrowUp': return open.findLast((i) => i < at) ?? open.at(-1)!;
    case 'PageDown': return open[Math.min(open.length - 1, open.findIndex((i) => i >= at) + 6)]!;
    case 'PageUp': return open[Math.max(0, open.findLastIndex((i) => i <= at) - 6)]!;
  }
  return at;
}

export function useCombobox<T extends Option>(items: T[], choose: (item: T) => void) {
  const id = useId();
  const [meant, mean] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const found = items.findIndex((o) => o.id === meant && !o.disabled);
  const at = found >= 0 ? found : items.findIndex((o) => !o.disabled);
  const key = (i: number) => `${id}-${i}`;

  useEffect(() => { list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }); }, [at, items]);

  return {
    list,
    input: {
      role: 'combobox' as const,
      'aria-autocomplete': 'list' as const,
      'aria-expanded': items.length > 0,
      'aria-controls': items.length ? `${id}-list` : undefined,
      'aria-activedescendant': at >= 0 ? key(at) : undefined,
      autoComplete: 'off',
      spellCheck: false,
      onKeyDown(e: KeyboardEvent) {
        if (e.nativeEvent.isComposing) return;
        if (e.key === 'Enter') {
          if (at < 0) return;
          e.preventDefault();
          choose(items[at]!);
          return;
        }
        if (!['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp'].includes(e.key) || at < 0) return;
        e.preventDefault();
        mean(items[moved(items, at, e.key)]!.id);
      },
    },
    listProps: { id: `${id}-list`, role: 'listbox' as const, ref: list },
    option: (i: number) => ({
      id: key(i), role: 'option' as const, 'aria-selected': i === at, 'aria-disabled': items[i]?.disabled || undefined,
      onPointerMove: () => { if (!items[i]!.disabled) mean(items[i]!.id); },
      onClick: () => { if (!items[i]!.disabled) choose(items[i]!); },
    }),
  };
}
