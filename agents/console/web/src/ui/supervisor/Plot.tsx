import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Column, Report } from '../../protocol.ts';
import { useSettings } from '../../settings.ts';
import { useWords } from '../../words/index.ts';
import { dayOf, duration, plots, shown, titleOf } from './format.ts';

const inks = ['--accent', '--warn', '--good', '--bad', '--muted'];
const dashes = [[], [6, 4], [2, 3], [10, 4, 2, 4], [1, 5]]; // told apart without colours too
const height = 240;

/** A report over time, as lines: one plot for each unit. */
export function Plots({ report, by }: { report: Report; by: 'day' | 'hour' }) {
  return <>{plots(report).map((p) => <Plot key={p.kind} report={report} at={p.at} kind={p.kind} by={by} />)}</>;
}

function Plot({ report, at, kind, by }: { report: Report; at: number[]; kind: 'number' | 'seconds' | 'percent'; by: 'day' | 'hour' }) {
  const say = useWords();
  const box = useRef<HTMLDivElement>(null);
  const theme = useSettings((s) => s.theme);
  const columns = at.map((i) => report.columns[i]!);
  const names = columns.map((c) => titleOf(c, say)).join(', ');

  useEffect(() => {
    const el = box.current!;
    let plot: uPlot | undefined;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(options(el, report, at, kind, by, say), dataOf(report, at, by), el);
    };
    draw();
    const grows = new ResizeObserver(() => { if (plot && el.clientWidth !== plot.width) plot.setSize({ width: el.clientWidth, height }); });
    grows.observe(el);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', draw);
    return () => {
      dark.removeEventListener('change', draw);
      grows.disconnect();
      plot?.destroy();
    };
  }, [report, at.join(), kind, by, say, theme]);

  return (
    <figure className="plot">
      <figcaption>{say(`report.kind.${kind}`)}</figcaption>
      <div ref={box} role="img" aria-label={say('report.plot', { what: names })} />
    </figure>
  );
}

function dataOf(report: Report, at: number[], by: 'day' | 'hour'): uPlot.AlignedData {
  const rows = report.rows ?? [];
  const x = rows.map((r) => (by === 'day' ? dayOf(String(r[0])).getTime() : Date.parse(String(r[0]))) / 1000);
  const ys = at.map((i) => rows.map((r) => (typeof r[i] === 'number' ? r[i] : null)));
  return [x, ...ys] as uPlot.AlignedData;
}

function options(el: HTMLElement, report: Report, at: number[], kind: 'number' | 'seconds' | 'percent', by: 'day' | 'hour', say: ReturnType<typeof useWords>): uPlot.Options {
  const muted = ink(el, '--muted'), rule = ink(el, '--rule');
  const few = (report.rows?.length ?? 0) < 60;
  const value = (v: number | null, c: Column) => (v === null ? '–' : shown(v, c, say));
  const axis = { stroke: muted, grid: { stroke: rule, width: 1 }, ticks: { stroke: rule, width: 1 }, font: '12px Inter, system-ui, sans-serif' };
  const day = new Intl.DateTimeFormat(say.language === 'en' ? 'en-GB' : 'fr-FR', { day: 'numeric', month: 'short' });
  const hour = new Intl.DateTimeFormat(say.language === 'en' ? 'en-GB' : 'fr-FR', { hour: '2-digit', minute: '2-digit' });
  return {
    width: el.clientWidth || 600, height,
    cursor: { y: false, points: { size: 8 } },
    scales: { y: { range: (_u, _min, max) => [0, Math.max(kind === 'percent' ? 100 : 1, (max ?? 0) * 1.08)] } },
    axes: [
      { ...axis, space: 70, incrs: by === 'day' ? [1, 2, 7, 14, 30, 60].map((d) => d * 86_400) : [1, 3, 6, 12, 24, 48, 168].map((h) => h * 3_600), values: (_u, splits) => splits.map((s) => {
        const d = new Date(s * 1000);
        return by === 'day' || d.getHours() === 0 ? day.format(d) : hour.format(d);
      }) },
      { ...axis, size: 64, values: (_u, splits) => splits.map((v) => (kind === 'seconds' ? duration(v, say) : kind === 'percent' ? `${v} %` : v % 1 ? '' : v.toLocaleString(say.language))) },
    ],
    series: [
      { label: titleOf(report.columns[0]!, say), value: (_u, v: number | null) => (v === null ? '–' : shown(new Date(v * 1000).toISOString(), report.columns[0]!, say, by)) },
      ...at.map((i, n): uPlot.Series => {
        const c = report.columns[i]!;
        return {
          label: titleOf(c, say), stroke: ink(el, inks[n % inks.length]!), dash: dashes[n % dashes.length], width: 2, spanGaps: false,
          points: { show: few, size: 6, fill: ink(el, inks[n % inks.length]!) }, value: (_u, v: number | null) => value(v, c),
        };
      }),
    ],
  };
}

// The canvas does not know the page's variables: what they come to is asked for.
function ink(el: HTMLElement, name: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  el.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}
