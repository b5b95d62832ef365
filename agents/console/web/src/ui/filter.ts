// Which of a view's conversations are shown. The server pages by view; what a
// brand, a team or a tag leaves of them is sorted out here.

import type { Summary } from '../protocol.ts';

export interface Filter { brand: string; team: string; tag: string }
export const noFilter: Filter = { brand: '', team: '', tag: '' };

export const isOn = (f: Filter) => !!(f.brand || f.team || f.tag);

export const passes = (row: Summary, f: Filter) =>
  (!f.brand || row.brand === f.brand) && (!f.team || row.team === f.team) && (!f.tag || !!row.tags?.includes(f.tag));

/** What there is to filter by: what the rows and the agents have, and what is chosen. */
export function choices(rows: Summary[], agents: { teams?: string[] | null }[], f: Filter) {
  const sorted = (s: Set<string>) => [...s].filter(Boolean).sort((a, b) => a.localeCompare(b));
  return {
    teams: sorted(new Set([f.team, ...rows.map((r) => r.team ?? ''), ...agents.flatMap((a) => a.teams ?? [])])),
    tags: sorted(new Set([f.tag, ...rows.flatMap((r) => r.tags ?? [])])),
  };
}
