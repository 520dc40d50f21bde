/** The lines of the chart, on uPlot's canvas. Axes, crosshair and hover label are HTML around it (Chart.svelte). */
import uPlot from 'uplot';
import { colour } from '../../../lib/colour';
import type { Point } from './points';

export interface Drawing {
  points: readonly Point[];
  /** The values that have a gridline; the last one is the top. */
  grid: readonly number[];
  width: number;
  height: number;
  hovered(at: number | null): void;
  selected(from: number, to: number): void;
}

const FEW = 3; // below that, columns: a line needs a direction
export const MIN_DRAG_PX = 6;

export function isColumns(points: readonly Point[]): boolean {
  return points.length < FEW;
}

export function draw(target: HTMLElement, drawing: Drawing): uPlot {
  const { points, grid, width, height } = drawing;
  const columns = isColumns(points);
  const edge = columns ? 0.5 : 0;
  return new uPlot(
    {
      width, height, padding: [0, 0, 0, 0], legend: { show: false }, ms: 1,
      scales: { x: { time: false, range: [-edge, points.length - 1 + edge] }, y: { range: [0, grid.at(-1) ?? 1] } },
      axes: [{ show: false }, { show: false }],
      cursor: { x: false, y: false, points: { show: false }, drag: { x: true, y: false, setScale: false, dist: MIN_DRAG_PX } },
      series: [{}, ...series(columns)],
      hooks: {
        drawClear: [(plot) => gridlines(plot, grid)],
        setCursor: [(plot) => drawing.hovered(plot.cursor.idx ?? null)],
        setSelect: [(plot) => select(plot, drawing)],
      },
    },
    dataOf(points),
    target,
  );
}

function series(columns: boolean): uPlot.Series[] {
  const accent = colour('accent');
  const bare = { points: { show: false } };
  if (columns) {
    const paths = uPlot.paths.bars?.({ size: [0.5, 96], radius: 0.04 });
    const bars = paths ? { paths } : {};
    return [{ show: false }, { ...bare, ...bars, fill: accent, stroke: accent, width: 0 }, { ...bare, ...bars, fill: faded(accent), width: 0 }];
  }
  return [
    { ...bare, stroke: colour('previous'), width: 1.75, dash: [0.1, 4], cap: 'round' },
    { ...bare, stroke: accent, width: 2, fill: area },
    { ...bare, stroke: accent, width: 2, dash: [5, 4] },
  ];
}

function faded(accent: string): string {
  return accent.replace('rgb(', 'rgba(').replace(')', ', 0.6)');
}

/** Before, what is over, and the way to what is not. */
function dataOf(points: readonly Point[]): uPlot.AlignedData {
  const columns = isColumns(points);
  const open = points.findIndex((point) => point.isOpen);
  return [
    points.map((_, at) => at),
    points.map((point) => point.previous),
    points.map((point) => (point.isOpen ? null : point.value)),
    points.map((point, at) => (point.isOpen || (!columns && at === open - 1) ? point.value : null)),
  ];
}

function area(plot: uPlot): CanvasGradient | string {
  const { top, height } = plot.bbox;
  if (!height) return 'transparent';
  const gradient = plot.ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(0, colour('area-from'));
  gradient.addColorStop(1, colour('area-to'));
  return gradient;
}

function gridlines(plot: uPlot, grid: readonly number[]): void {
  const { ctx } = plot;
  const { left, width } = plot.bbox;
  ctx.save();
  ctx.lineWidth = uPlot.pxRatio;
  for (const value of grid) {
    const at = Math.round(plot.valToPos(value, 'y', true));
    const y = Math.min(Math.max(at, ctx.lineWidth / 2), ctx.canvas.height - ctx.lineWidth / 2);
    ctx.strokeStyle = colour(value === 0 ? 'line-strong' : 'grid');
    ctx.beginPath();
    ctx.moveTo(left, y);
    ctx.lineTo(left + width, y);
    ctx.stroke();
  }
  ctx.restore();
}

function select(plot: uPlot, drawing: Drawing): void {
  const { left, width } = plot.select;
  if (width < MIN_DRAG_PX) return;
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  const at = (x: number) => Math.max(0, Math.min(drawing.points.length - 1, Math.round(plot.posToVal(x, 'x'))));
  drawing.selected(at(left), at(left + width));
}
