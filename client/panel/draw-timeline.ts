/**
 * The timeline as SVG: instances against time, their lives as ground, fragments in the colours of their tasks, safe points
 * as ticks, the predicted finish as a band. Horizontal places are percentages, so the picture fits any width by itself.
 * Colours come from panel.css by class.
 */
import { about, aboutBand, counted } from '../../scheduler/words.ts';
import { ticks } from './axis.ts';
import { html, type Html } from './html.ts';
import { lanes } from './lanes.ts';
import type { Picture, PictureFragment, PictureInstance } from './picture.ts';

const LANE = { height: 34, gap: 10, bar: 22 };
const AXIS_HEIGHT = 26;
const COLOURS = 6;
/** A fragment narrower than this share of the picture has no room for a name. */
const LABEL_SHARE = 0.06;
/** Beyond these a picture says nothing more, and an editor becomes slow. */
const MOST_LANES = 60;
const MOST_TICKS_OF_FRAGMENT = 60;

export function drawTimeline(picture: Picture): Html {
  const rows = lanes(picture.instances);
  const shown = rows.slice(0, MOST_LANES);
  const height = AXIS_HEIGHT + Math.max(shown.length, 1) * (LANE.height + LANE.gap);
  const scale = scaleOf(picture);
  const top = new Map(
    shown.flatMap((row, index) => row.map(({ name }) => [name, AXIS_HEIGHT + index * (LANE.height + LANE.gap)])),
  );
  const hidden = rows.length - shown.length;
  return html`<div class="timeline">
      <svg role="img" width="100%" height="${height}" aria-label="${spoken(picture)}">
        ${drawAxis(scale, height)}${shown.flat().map((instance) => drawInstance(instance, top.get(instance.name)!, scale))}
        ${drawFinish(picture, scale, height)}${picture.fragments.flatMap((fragment) => {
          const y = top.get(fragment.instance);
          return y === undefined ? [] : [drawFragment(picture, fragment, y, scale)];
        })}${drawNow(picture, scale, height)}
      </svg>
    </div>
    ${hidden > 0 ? html`<p class="more">${counted(hidden, 'more row')} of instances not drawn; the table below has them.</p>` : html``}`;
}

/** The colour of a task: the same class in the picture, the legend and the tables. */
export const taskClass = (picture: Picture, task: string): string =>
  `task${Math.max(0, picture.tasks.indexOf(task)) % COLOURS}`;

interface Scale {
  untilSeconds: number;
  /** Seconds to percent of the width. */
  x: (seconds: number) => string;
  width: (fromSeconds: number, toSeconds: number) => string;
}

function scaleOf({ instances, fragments, finishSeconds, nowSeconds }: Picture): Scale {
  const work = fragments.reduce((last, { endSeconds }) => Math.max(last, endSeconds), 0);
  const known = Math.max(work, finishSeconds?.expected ?? 0, nowSeconds ?? 0);
  const life = instances.reduce((last, { endSeconds }) => Math.max(last, endSeconds), 0);
  // Lives and bands that outlast the work by far are not worth the width: they run out of the picture.
  const wanted = Math.max(life, known, finishSeconds?.high ?? 0);
  const untilSeconds = Math.max(known === 0 ? wanted : Math.min(wanted, known * 1.4), 1e-3) * 1.02;
  const share = (seconds: number): number => (100 * seconds) / untilSeconds;
  return {
    untilSeconds,
    x: (seconds) => `${share(seconds).toFixed(3)}%`,
    width: (from, to) => `${Math.max(share(Math.min(to, untilSeconds)) - share(from), 0).toFixed(3)}%`,
  };
}

function drawAxis({ untilSeconds, x }: Scale, height: number): Html {
  const marks = ticks(untilSeconds, 8).map(
    (seconds) =>
      html`<line class="grid" x1="${x(seconds)}" x2="${x(seconds)}" y1="18" y2="${height}" />
        <text class="${seconds === 0 ? 'axis first' : 'axis'}" x="${x(seconds)}" y="12"
          >${seconds === 0 ? '0' : about(seconds)}</text
        >`,
  );
  return html`<g aria-hidden="true">${marks}</g>`;
}

function drawInstance({ name, kind, startSeconds, endSeconds }: PictureInstance, y: number, { x, width }: Scale): Html {
  const life = `${name} (${kind}), lives ${about(endSeconds - startSeconds)}`;
  return html`<g class="instance">
    <title>${life}</title>
    <rect
      class="life"
      x="${x(startSeconds)}"
      y="${y}"
      width="${width(startSeconds, endSeconds)}"
      height="${LANE.height}"
      rx="3"
    />
    <svg x="${x(startSeconds)}" y="${y}" width="${width(startSeconds, endSeconds)}" height="${LANE.height}">
      <text class="name" x="4" y="9">${name}</text>
    </svg></g
  > `;
}

function drawFragment(picture: Picture, fragment: PictureFragment, y: number, scale: Scale): Html {
  const { startSeconds, endSeconds } = fragment;
  const barTop = y + LANE.height - LANE.bar - 1;
  let from = startSeconds;
  const bars = fragment.parts.map(({ task, share }) => {
    const to = from + share * (endSeconds - startSeconds);
    const bar = html`<rect
      class="bar ${taskClass(picture, task)}"
      x="${scale.x(from)}"
      y="${barTop}"
      width="${scale.width(from, to)}"
      height="${LANE.bar}"
    />`;
    from = to;
    return bar;
  });
  const isWide = endSeconds - startSeconds > LABEL_SHARE * scale.untilSeconds;
  const label = isWide ? fragment.parts.map(({ task }) => task).join(' + ') : '';
  return html`<g class="${fragment.isCut ? 'fragment cut' : 'fragment'}" ${leadsTo(fragment)}>
    <title>${fragmentTitle(fragment)}</title> ${bars}<rect
      class="edge"
      x="${scale.x(startSeconds)}"
      y="${barTop}"
      width="${scale.width(startSeconds, endSeconds)}"
      height="${LANE.bar}"
      rx="2"
    />
    ${drawPredicted(fragment, barTop, scale)}${drawSafePoints(fragment, barTop, scale)}
    <svg
      x="${scale.x(startSeconds)}"
      y="${barTop}"
      width="${scale.width(startSeconds, endSeconds)}"
      height="${LANE.bar}"
    >
      <text class="label" x="5" y="14">${label}</text>
    </svg></g
  > `;
}

/** Below the bar: how long it was predicted to take, and while that is open yet, between which bounds. */
function drawPredicted(fragment: PictureFragment, barTop: number, { x }: Scale): Html {
  const { startSeconds, predictedEndSeconds, isRunning } = fragment;
  if (predictedEndSeconds === null) return html``;
  const y = barTop + LANE.bar + 4;
  const { low, expected, high } = predictedEndSeconds;
  const band = html`<line class="predicted band" x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}" />`;
  return html`<line class="predicted" x1="${x(startSeconds)}" x2="${x(expected)}" y1="${y}" y2="${y}" />
    <line
      class="predicted"
      x1="${x(expected)}"
      x2="${x(expected)}"
      y1="${y - 2}"
      y2="${y + 2}"
    />${isRunning ? band : html``}`;
}

function drawSafePoints({ safePointSeconds }: PictureFragment, barTop: number, { x }: Scale): Html {
  const every = Math.ceil(safePointSeconds.length / MOST_TICKS_OF_FRAGMENT) || 1;
  const shown = safePointSeconds.filter((_, index) => index % every === 0);
  const marks = shown.map(
    (seconds) =>
      html`<line
        class="safe-point"
        x1="${x(seconds)}"
        x2="${x(seconds)}"
        y1="${barTop + LANE.bar - 6}"
        y2="${barTop + LANE.bar}"
      />`,
  );
  return html`${marks}`;
}

function drawFinish({ finishSeconds }: Picture, { x, width }: Scale, height: number): Html {
  if (finishSeconds === null) return html``;
  const { low, expected, high } = finishSeconds;
  return html`<g class="finish">
    <title>Predicted to finish in ${aboutBand(finishSeconds)}</title>
    <rect class="finish-band" x="${x(low)}" y="18" width="${width(low, high)}" height="${height - 18}" />
    <line class="finish-line" x1="${x(expected)}" x2="${x(expected)}" y1="18" y2="${height}"
  /></g>`;
}

function drawNow({ nowSeconds }: Picture, { x }: Scale, height: number): Html {
  if (nowSeconds === null) return html``;
  return html`<line class="now" x1="${x(nowSeconds)}" x2="${x(nowSeconds)}" y1="18" y2="${height}" />`;
}

/** A click leads from a fragment of a run to its explanation, and from one of a plan to its task. */
const leadsTo = ({ fragment, parts, why }: PictureFragment): Html =>
  why === null ? html`data-task="${parts[0]?.task ?? ''}"` : html`data-fragment="${fragment}"`;

function fragmentTitle(fragment: PictureFragment): string {
  const { startSeconds, endSeconds, predictedEndSeconds, safePointSeconds, instance } = fragment;
  const items = fragment.parts.map(({ task, items: count }) => `${task}: ${counted(count, 'item')}`);
  const lines = [
    `Fragment ${fragment.fragment} on ${instance}: ${fragment.state}`,
    ...(fragment.why === null ? [] : [`why: ${fragment.why}`]),
    ...items,
    `${about(startSeconds)} to ${about(endSeconds)}, takes ${about(endSeconds - startSeconds)}`,
    counted(safePointSeconds.length, 'safe point'),
  ];
  if (predictedEndSeconds !== null) {
    const { low, expected, high } = predictedEndSeconds;
    const band = { low: low - startSeconds, expected: expected - startSeconds, high: high - startSeconds };
    lines.push(`predicted ${aboutBand(band)}`);
  }
  return lines.join('\n');
}

const spoken = ({ title, instances, fragments }: Picture): string =>
  `Timeline of ${title}: ${counted(fragments.length, 'fragment')} on ${counted(instances.length, 'instance')}. The tables below say the same.`;
