/** The panel's page: draws what it is sent, and says what the user wants of it. */
import { t } from '@vscode/l10n';
import { timelineInWords } from '../../../drawing/describe.ts';
import { hasGraph, type Picture } from '../../../drawing/picture.ts';
import { type Messages, useMessages } from '../../../l10n/words.ts';
import { html } from '../html.ts';
import { writeExplanation } from './explanation.ts';
import { oncePerFrame } from './frame.ts';
import { GraphWindow } from './graph-view.ts';
import { writeHead, writeMessage } from './head.ts';
import { writeGraphLegend, writeTimelineLegend } from './legend.ts';
import type { FromPage, ToPage } from './messages.ts';
import { pngOf, svgOf } from './save.ts';
import { ROWS, writeTables } from './tables.ts';
import { Tabs } from './tabs.ts';
import { writeTargets } from './targets.ts';
import { onThemeChange, themePalette } from './theme.ts';
import { type TimelinePlace, TimelineWindow } from './timeline-view.ts';
import { Tooltip } from './tooltip.ts';
import type { DrawingView, ViewParts } from './view-parts.ts';
import { WhatIfForm } from './what-if.ts';
import { write } from './write.ts';

/** What the page itself keeps. */
interface KeptByPage {
  tab?: string;
  place?: TimelinePlace;
}

declare function acquireVsCodeApi(): {
  postMessage(message: FromPage): void;
  getState(): KeptByPage | undefined;
  setState(state: object): void;
};

// Before anything is said.
const messages: Messages = JSON.parse(document.body.dataset.messages ?? '{}');
useMessages(messages);

const editor = acquireVsCodeApi();
const byId = (id: string): HTMLElement => document.getElementById(id)!;

let palette = themePalette();
let picture: Picture | null = null;
/** What the extension wants to be kept, without what the page keeps. */
let kept: object = editor.getState() ?? {};
let rows = ROWS;
/** True from the moment a fragment was chosen until its explanation is there. */
let isAsked = false;
let shownTarget = '';

const tooltip = new Tooltip(byId('tooltip'));
const partsOf = (name: string): ViewParts => {
  const box = document.querySelector<HTMLElement>(`#${name} .window`)!;
  return {
    box,
    sizer: box.querySelector<HTMLElement>('.sizer')!,
    canvas: box.querySelector('canvas')!,
    tooltip,
    moved: () => keepSoon(),
    say: (text) => write(byId('said'), html`${text}`),
    open(thing) {
      if ('task' in thing) editor.postMessage({ type: 'show-task', task: thing.task });
      else if (thing.fragment.why !== null) explain(thing.fragment.fragment);
      else editor.postMessage({ type: 'show-task', task: thing.fragment.parts[0]?.task ?? '' });
    },
  };
};
const keepSoon = oncePerFrame(() => keep());
const timeline = new TimelineWindow(partsOf('timeline'), palette);
const graph = new GraphWindow(partsOf('graph'), palette);
const drawings: DrawingView[] = [timeline, graph];
const whatIf = new WhatIfForm(
  document.querySelector<HTMLFormElement>('#what-if')!,
  (choice) => editor.postMessage({ type: 'what-if', choice }),
  () => editor.postMessage({ type: 'apply' }),
);
const tabs = new Tabs(byId('tabs'), (tab) => {
  keep();
  byId('tools').hidden = tab !== 'timeline' && tab !== 'graph';
  write(byId('said'), html``);
  if (tab === 'targets') editor.postMessage({ type: 'compare' });
});

window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
  if (data.type === 'content') showContent(data);
  else if (data.type === 'mark') mark(data.task);
  else if (data.targets === null) write(byId('targets'), writeMessage(data.problem ?? ''));
  else write(byId('targets'), writeTargets(data.targets, shownTarget));
});

function showContent(content: ToPage & { type: 'content' }): void {
  kept = content.state;
  keep();
  picture = content.picture;
  document.body.classList.toggle('empty', picture === null);
  if (picture === null) {
    write(byId('head'), writeMessage(content.problem ?? t('There is nothing to show.')));
    return;
  }
  write(byId('head'), writeHead(picture, content.problem));
  write(byId('timeline-legend'), writeTimelineLegend(picture));
  write(byId('graph-legend'), writeGraphLegend(picture));
  write(byId('tables'), writeTables(picture, rows));
  for (const drawing of drawings) drawing.show(picture);
  tabs.offer('graph', hasGraph(picture));
  tabs.offer('targets', content.whatIf !== null);
  whatIf.show(content.whatIf);
  shownTarget = content.whatIf?.target ?? '';
  if (tabs.chosen === 'targets') editor.postMessage({ type: 'compare' });
  showExplanation(content.explanation);
  document.body.dataset.drawn = timelineInWords(picture);
}

function showExplanation(explanation: (ToPage & { type: 'content' })['explanation']): void {
  const section = byId('explanation');
  section.hidden = explanation === null;
  write(section, explanation === null ? html`` : writeExplanation(explanation));
  if (explanation === null || !isAsked) return;
  isAsked = false;
  byId('explanation-title').focus({ preventScroll: true });
  section.scrollIntoView({ block: 'nearest' });
}

function explain(fragment: number | null): void {
  isAsked = fragment !== null;
  editor.postMessage({ type: 'explain', fragment });
}

function mark(task: string | null): void {
  for (const drawing of drawings) drawing.mark(task);
  document.body.dataset.marked = task ?? '';
}

function keep(): void {
  const seen: KeptByPage = { tab: tabs.chosen, place: timeline.place };
  editor.setState({ ...kept, ...seen });
}

/** Both drawings; each is asked to do it while it can be seen. */
const TOOLS: Record<string, () => void> = {
  'zoom-in': () => drawing().zoomBy(1),
  'zoom-out': () => drawing().zoomBy(-1),
  fit: () => drawing().fit(),
  'save-svg': () => save('svg'),
  'save-png': () => save('png'),
};

const drawing = (): DrawingView => (tabs.chosen === 'graph' ? graph : timeline);

function save(format: 'svg' | 'png'): void {
  if (picture === null) return;
  const data = format === 'svg' ? svgOf(picture, palette) : pngOf(picture, palette);
  editor.postMessage({ type: 'save', format, data });
}

document.body.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest('button') : null;
  if (button === null) return;
  const { task, fragment, target: named, tool } = button.dataset;
  if (task !== undefined) editor.postMessage({ type: 'show-task', task });
  else if (fragment !== undefined) explain(fragment === '' ? null : Number(fragment));
  else if (named !== undefined) whatIf.choose({ target: named });
  else if (tool !== undefined) TOOLS[tool]?.();
  else if (button.id === 'more-rows' && picture !== null) {
    rows *= 4;
    write(byId('tables'), writeTables(picture, rows));
  }
});

onThemeChange(() => {
  palette = themePalette();
  for (const each of drawings) each.recolour(palette);
});

const before = editor.getState();
if (before?.place !== undefined) timeline.restore(before.place);
tabs.choose(before?.tab ?? 'timeline');
editor.postMessage({ type: 'ready' });
