/** How each kind of shape looks, and the colours of a theme. Names are of what is shown, not of how. */

/** The colours that a theme gives. */
export type Ink = 'foreground' | 'muted' | 'background' | 'finish' | 'now' | 'task';

export interface Look {
  fill?: Ink;
  fillOpacity?: number;
  stroke?: Ink;
  strokeOpacity?: number;
  /** In px; default 1. */
  strokeWidth?: number;
  dash?: number[];
  /** Of text, in px. */
  fontSize?: number;
  bold?: boolean;
}

export type LookName =
  | 'grid'
  | 'axis'
  | 'life'
  | 'idle'
  | 'startup'
  | 'instance-name'
  | 'ground'
  | 'bar'
  | 'bar-marked'
  | 'edge'
  | 'edge-cut'
  | 'edge-marked'
  | 'edge-chosen'
  | 'label'
  | 'safe-point'
  | 'predicted'
  | 'predicted-band'
  | 'finish-band'
  | 'finish-line'
  | 'now'
  | 'node'
  | 'node-critical'
  | 'node-chosen'
  | 'node-stripe'
  | 'node-name'
  | 'node-line'
  | 'waits-for-item'
  | 'waits-for-all'
  | 'waits-critical'
  | 'waits-critical-item'
  | 'arrow'
  | 'arrow-critical'
  | 'title'
  | 'text'
  | 'muted-text';

export interface Palette {
  inks: Record<Exclude<Ink, 'task'>, string>;
  /** Colours of tasks, in turn. */
  tasks: string[];
  fontFamily: string;
  /** Lines are drawn in full strength, and colours are not relied on. */
  isHighContrast: boolean;
}

const LOOKS: Record<LookName, Look> = {
  grid: { stroke: 'foreground', strokeOpacity: 0.12 },
  axis: { fill: 'muted', fontSize: 11 },
  life: { fill: 'foreground', fillOpacity: 0.06, stroke: 'foreground', strokeOpacity: 0.18 },
  idle: { stroke: 'muted', strokeOpacity: 0.55, dash: [2, 4] },
  startup: { stroke: 'muted', strokeOpacity: 0.9, strokeWidth: 3, dash: [1, 2] },
  'instance-name': { fill: 'muted', fontSize: 10 },
  // Below bars and the axis, so that what is behind does not shine through.
  ground: { fill: 'background' },
  bar: { fill: 'task', fillOpacity: 0.45 },
  'bar-marked': { fill: 'task', fillOpacity: 0.8 },
  edge: { stroke: 'foreground', strokeOpacity: 0.45 },
  'edge-cut': { stroke: 'foreground', strokeOpacity: 0.9, dash: [3, 2] },
  'edge-marked': { stroke: 'foreground', strokeOpacity: 0.9 },
  'edge-chosen': { stroke: 'foreground', strokeWidth: 2 },
  label: { fill: 'foreground', fontSize: 11 },
  'safe-point': { stroke: 'foreground', strokeOpacity: 0.75 },
  predicted: { stroke: 'muted' },
  'predicted-band': { stroke: 'muted', strokeOpacity: 0.7, strokeWidth: 3 },
  'finish-band': { fill: 'finish', fillOpacity: 0.14 },
  'finish-line': { stroke: 'finish', strokeWidth: 1.5, dash: [4, 3] },
  now: { stroke: 'now' },
  node: { fill: 'task', fillOpacity: 0.16, stroke: 'foreground', strokeOpacity: 0.35 },
  'node-critical': { fill: 'task', fillOpacity: 0.26, stroke: 'foreground', strokeWidth: 2 },
  'node-chosen': { stroke: 'foreground', strokeWidth: 1, dash: [3, 2] },
  'node-stripe': { fill: 'task' },
  'node-name': { fill: 'foreground', fontSize: 13, bold: true },
  'node-line': { fill: 'muted', fontSize: 11 },
  'waits-for-item': { stroke: 'muted', strokeWidth: 1.25, dash: [5, 4] },
  'waits-for-all': { stroke: 'muted', strokeWidth: 1.25 },
  'waits-critical': { stroke: 'foreground', strokeWidth: 2.5 },
  'waits-critical-item': { stroke: 'foreground', strokeWidth: 2.5, dash: [7, 4] },
  arrow: { fill: 'muted' },
  'arrow-critical': { fill: 'foreground' },
  title: { fill: 'foreground', fontSize: 18, bold: true },
  text: { fill: 'foreground', fontSize: 12 },
  'muted-text': { fill: 'muted', fontSize: 12 },
};

/** Faint lines are full ones here. */
const HIGH_CONTRAST: Partial<Record<LookName, Look>> = {
  grid: { stroke: 'foreground', strokeOpacity: 0.35 },
  life: { stroke: 'foreground', strokeOpacity: 0.8 },
  bar: { fill: 'task', fillOpacity: 0.25, stroke: 'task' },
  'bar-marked': { fill: 'task', fillOpacity: 0.5, stroke: 'task', strokeWidth: 2 },
  edge: { stroke: 'foreground' },
  node: { stroke: 'foreground' },
  'node-critical': { stroke: 'foreground', strokeWidth: 3 },
};

export const lookOf = (name: LookName, { isHighContrast }: Palette): Look =>
  (isHighContrast ? HIGH_CONTRAST[name] : undefined) ?? LOOKS[name];

/** Of a look's fill or stroke. */
export const colourOf = (ink: Ink, task: number | undefined, { inks, tasks }: Palette): string =>
  ink === 'task' ? tasks[(task ?? 0) % tasks.length]! : inks[ink];

/** For drawings that stand by themselves. The colours of tasks are told apart by people with colour blindness (Okabe, Ito). */
export const PALETTES: Record<'light' | 'dark', Palette> = {
  light: {
    inks: { foreground: '#1f2328', muted: '#59636e', background: '#ffffff', finish: '#1a7f37', now: '#d1242f' },
    tasks: ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00'],
    fontFamily: 'system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif',
    isHighContrast: false,
  },
  dark: {
    inks: { foreground: '#e6edf3', muted: '#9198a1', background: '#0d1117', finish: '#3fb950', now: '#f85149' },
    tasks: ['#4aa8e0', '#e69f00', '#19b98a', '#d98fb8', '#7cc8f2', '#e8743b'],
    fontFamily: 'system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif',
    isHighContrast: false,
  },
};
