/** The picture of a run: instances against time, their lives as ground, fragments on it. */
import { limitInShort } from '../../scheduler/explain/limits.ts';
import type { ReportedFragment, ReportedInstance, RunReport } from '../../scheduler/run/runs.ts';
import { count, duration, durationBand } from '../../scheduler/words.ts';
import { ticks as axisTicks } from '../../drawing/axis.ts';
import { lanesOf } from '../../drawing/lanes.ts';
import { markup, type Markup } from './markup.ts';

/** Colours that the style sheet has for tasks. */
export const TASK_COLOURS = 8;

const WIDTH = 1000;
const LANE_HEIGHT = 58;
const BAR_TOP = 18;
const BAR_HEIGHT = 24;
const AXIS_HEIGHT = 26;
/** More lanes than this say nothing to anybody. */
const MOST_LANES = 120;
/** Ticks of safe points nearer than this, in px, would be a blur. */
const LEAST_TICK_GAP = 2.5;
/** Room, in px, that a name needs. */
const ROOM_FOR_NAME = 34;
const MOST_MARKS = 10;

interface Drawn {
  /** From seconds to px. */
  x: (seconds: number) => number;
  colourOf: (task: string) => number;
  totalSeconds: number;
}

interface Life extends ReportedInstance {
  endSeconds: number;
}

export function timeline(report: Omit<RunReport, 'spec'>): Markup {
  const { instances, fragments, tasks } = report;
  const totalSeconds = Math.max(
    report.summary.makespanSeconds,
    ...instances.map(({ endSeconds }) => endSeconds ?? 0),
    ...fragments.map(({ endSeconds, startSeconds }) => endSeconds ?? startSeconds),
    1e-3,
  );
  const lanes = lanesOf(
    instances.map((instance) => ({ ...instance, endSeconds: instance.endSeconds ?? totalSeconds })),
  );
  const names = tasks.map(({ task }) => task);
  const drawn: Drawn = {
    x: (seconds) => rounded((seconds / totalSeconds) * WIDTH),
    colourOf: (task) => Math.max(0, names.indexOf(task)) % TASK_COLOURS,
    totalSeconds,
  };
  const shown = lanes.slice(0, MOST_LANES);
  const height = shown.length * LANE_HEIGHT + AXIS_HEIGHT;
  const byInstance = Map.groupBy(fragments, ({ instance }) => instance);
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="Timeline">
      <svg class="timeline" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="timeline-title timeline-text">
        <title id="timeline-title">Instances against time</title>
        <desc id="timeline-text">
          ${`${instances.length} instances ran ${fragments.length} fragments in ${duration(totalSeconds)}. The tables below hold the same.`}
        </desc>
        <defs>
          <pattern id="lost" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <line class="hatch" x1="0" y1="0" x2="0" y2="6" />
          </pattern>
        </defs>
        ${axis(shown.length * LANE_HEIGHT, drawn)}
        ${shown.map((lane, index) => laneMarkup(lane, index * LANE_HEIGHT, byInstance, drawn))}
      </svg>
    </div>
    ${lanes.length > shown.length ? markup`<p class="note">${`and ${count(lanes.length - shown.length)} lanes more, which are in the table`}</p>` : null}`;
}

function axis(bottom: number, { x, totalSeconds }: Drawn): Markup {
  const marks = axisTicks(0, totalSeconds, MOST_MARKS).map((seconds) => {
    const at = x(seconds);
    const anchor = at < 20 ? 'start' : at > WIDTH - 30 ? 'end' : 'middle';
    return markup`<line class="grid" x1="${at}" x2="${at}" y1="0" y2="${bottom}" /><text
        class="axis"
        x="${at}"
        y="${bottom + 17}"
        text-anchor="${anchor}"
        >${duration(seconds)}</text
      >`;
  });
  return markup`<g aria-hidden="true">${marks}</g>`;
}

function laneMarkup(
  lane: readonly Life[],
  top: number,
  byInstance: ReadonlyMap<string, ReportedFragment[]>,
  drawn: Drawn,
): Markup {
  const parts = lane.map((life, index) => {
    const next = lane[index + 1]?.startSeconds ?? drawn.totalSeconds;
    const fragments = byInstance.get(life.instance) ?? [];
    return [ground(life, next, top, drawn), fragments.map((fragment) => bar(fragment, life, top, drawn))];
  });
  return markup`<g>${parts}</g>`;
}

/** An instance's life; what it did not live of its lifespan is dashed. */
function ground(life: Life, next: number, top: number, { x, totalSeconds }: Drawn): Markup {
  const { instance, startSeconds, endSeconds, lifeSeconds, where, reason } = life;
  const [from, to] = [x(startSeconds), x(endSeconds)];
  const deadline = lifeSeconds === null ? endSeconds : startSeconds + lifeSeconds;
  const unlived = x(Math.min(deadline, next, totalSeconds));
  const y = top + BAR_TOP - 3;
  const height = BAR_HEIGHT + 13;
  const name =
    to - from > ROOM_FOR_NAME ? markup`<text class="name" x="${from + 2}" y="${top + 12}">${instance}</text>` : null;
  const lived = `${instance} (${where}): ${duration(endSeconds - startSeconds)}${lifeSeconds === null ? '' : ` of ${duration(lifeSeconds)}`}${reason === null ? '' : `, ended: ${reason}`}`;
  return markup`${unlived > to + 1 ? markup`<rect class="unlived" x="${to}" y="${y}" width="${rounded(unlived - to)}" height="${height}" />` : null}
    <rect class="life" x="${from}" y="${y}" width="${rounded(Math.max(1, to - from))}" height="${height}" rx="3"
      ><title>${lived}</title></rect
    >${name}`;
}

function bar(fragment: ReportedFragment, life: Life, top: number, drawn: Drawn): Markup {
  const { x } = drawn;
  const end = fragment.endSeconds ?? life.endSeconds;
  const [from, to] = [x(fragment.startSeconds), x(end)];
  const y = top + BAR_TOP;
  return markup`<g>
    <title>${fragmentInWords(fragment, end)}</title>
    ${pieces(fragment, from, to, y, drawn)} ${lostPart(fragment, to, y, drawn)}
    ${ticks(fragment, from, to, x).map((at) => markup`<line class="tick" x1="${at}" x2="${at}" y1="${y + BAR_HEIGHT - 8}" y2="${y + BAR_HEIGHT}" />`)}
    ${predicted(fragment, y + BAR_HEIGHT + 4, drawn)}
  </g>`;
}

/** A rectangle for each task of the fragment, as wide as its part of the predicted length. */
function pieces({ parts }: ReportedFragment, from: number, to: number, y: number, { colourOf }: Drawn): Markup[] {
  const width = Math.max(1, to - from - 1);
  let before = 0;
  return parts.map(({ task, share }) => {
    const left = rounded(from + before * width);
    before += share;
    return markup`<rect
      class="${`task${colourOf(task)}`}"
      x="${left}"
      y="${y}"
      width="${rounded(share * width)}"
      height="${BAR_HEIGHT}"
    />`;
  });
}

/** What ran after the last safe point of a fragment that was lost with its instance. */
function lostPart(
  { how, startSeconds, safePointSeconds }: ReportedFragment,
  to: number,
  y: number,
  { x }: Drawn,
): Markup | null {
  if (how !== 'lost') return null;
  const from = x(safePointSeconds.at(-1) ?? startSeconds);
  const [width, height] = [rounded(Math.max(1, to - from)), BAR_HEIGHT];
  return markup`<rect class="lost-ground" x="${from}" y="${y}" width="${width}" height="${height}" /><rect
      fill="url(#lost)"
      x="${from}"
      y="${y}"
      width="${width}"
      height="${height}"
    />`;
}

/** A thin line under the bar: how long it was expected to take, and the band that four in five fall into. */
function predicted(
  { startSeconds, predictedSeconds }: ReportedFragment,
  y: number,
  { x, totalSeconds }: Drawn,
): Markup {
  const at = (seconds: number): number => x(Math.min(totalSeconds, startSeconds + seconds));
  const { low, expected, high } = predictedSeconds;
  const [from, lowest, middle, highest] = [x(startSeconds), at(low), at(expected), at(high)];
  return markup`<rect
      class="expected"
      x="${from}"
      y="${y}"
      width="${rounded(Math.max(0, middle - from))}"
      height="2"
    /><rect class="band" x="${lowest}" y="${y - 1}" width="${rounded(Math.max(0, highest - lowest))}" height="4" />`;
}

function ticks({ safePointSeconds }: ReportedFragment, from: number, to: number, x: Drawn['x']): number[] {
  let last = from;
  return safePointSeconds.map(x).filter((at) => {
    if (at - last < LEAST_TICK_GAP || to - at < LEAST_TICK_GAP) return false;
    last = at;
    return true;
  });
}

const endings = {
  done: 'ran to its end',
  split: 'split by the scheduler',
  deadline: 'cut before the deadline',
  lost: 'lost with its instance',
};

function fragmentInWords(reported: ReportedFragment, end: number): string {
  const { fragment, items, how, startSeconds, predictedSeconds, safePointSeconds } = reported;
  const what = Object.entries(items).map(([task, number]) => `${count(number)} × ${task}`);
  return [
    `Fragment ${fragment}: ${what.join(', ')}`,
    `why: ${limitInShort(reported)}`,
    `took ${duration(end - startSeconds)}, predicted ${durationBand(predictedSeconds)}`,
    `${count(safePointSeconds.length)} safe points, ${how === null ? 'still running' : endings[how]}`,
  ].join('\n');
}

/** Markup stays small, and a tenth of a px is finer than any screen. */
const rounded = (value: number): number => Math.round(value * 10) / 10;
