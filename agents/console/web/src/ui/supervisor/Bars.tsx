import type { Report } from '../../protocol.ts';
import { useWords } from '../../words/index.ts';
import { plots, shown, titleOf } from './format.ts';

/** A report of names rather than of times: a bar for each, of its first column with figures. */
export function Bars({ report }: { report: Report }) {
  const say = useWords();
  const at = plots(report)[0]?.at[0];
  if (at === undefined) return null;
  const c = report.columns[at]!;
  const rows = [...report.rows ?? []].filter((r) => typeof r[at] === 'number').sort((a, b) => Number(b[at]) - Number(a[at])).slice(0, 15);
  const most = Math.max(1, ...rows.map((r) => Number(r[at])));
  return (
    <figure className="plot">
      <figcaption>{titleOf(c, say)}</figcaption>
      <ul className="bars" aria-hidden>
        {rows.map((r, i) => (
          <li key={i}><span>{shown(r[0] ?? null, report.columns[0]!, say)}</span><i style={{ width: `${(Number(r[at]) / most) * 100}%` }} /><b>{shown(r[at] ?? null, c, say)}</b></li>
        ))}
      </ul>
    </figure>
  );
}
