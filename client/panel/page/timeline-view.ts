/** The timeline in a window of its own: zoomed and moved in time by d3-zoom, scrolled down as anything else is. */
import { t } from '@vscode/l10n';
import { scaleLinear } from 'd3-scale';
import { select } from 'd3-selection';
import { type D3ZoomEvent, zoom, type ZoomBehavior, zoomIdentity, type ZoomTransform, zoomTransform } from 'd3-zoom';
import { fragmentInWords, instanceInWords, timelineInWords } from '../../../drawing/describe.ts';
import { type Direction, foundAt, neighbour, placeOf } from '../../../drawing/find.ts';
import type { Palette } from '../../../drawing/looks.ts';
import type { Picture, PictureFragment } from '../../../drawing/picture.ts';
import { AXIS_HEIGHT, drawTimeline, layTimeline, type Timeline, type TimelineView } from '../../../drawing/timeline.ts';
import { paint } from './canvas.ts';
import { oncePerFrame } from './frame.ts';
import { isZooming, listen } from './listen.ts';
import type { DrawingView, ViewParts } from './view-parts.ts';

/** `from`: the share of the whole that lies to the left. */
export interface TimelinePlace {
  zoom: number;
  from: number;
}

const MOST_ZOOM = 10_000;
const STEP = 1.5;

export class TimelineWindow implements DrawingView {
  readonly #parts: ViewParts;
  readonly #zoom: ZoomBehavior<HTMLElement, unknown>;
  readonly #draw = oncePerFrame(() => this.#drawNow());
  #timeline: Timeline | undefined;
  #palette: Palette;
  #marked: string | null = null;
  #chosen: number | null = null;
  /** What was seen before the page was left, until there is room for it. */
  #restored: TimelinePlace | undefined;
  /** Where a drag was last, for its way up or down. */
  #dragY = 0;

  constructor(parts: ViewParts, palette: Palette) {
    this.#parts = parts;
    this.#palette = palette;
    const { box } = parts;
    this.#zoom = zoom<HTMLElement, unknown>()
      .scaleExtent([1, MOST_ZOOM])
      .filter(isZooming)
      .on('start', ({ sourceEvent }: D3ZoomEvent<HTMLElement, unknown>) => {
        if (sourceEvent instanceof MouseEvent) this.#dragY = sourceEvent.clientY;
      })
      .on('zoom', ({ sourceEvent }: D3ZoomEvent<HTMLElement, unknown>) => this.#zoomed(sourceEvent));
    select(box).call(this.#zoom).on('dblclick.zoom', null);
    box.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    box.addEventListener('scroll', this.#draw);
    listen(parts, {
      key: (event) => this.#key(event),
      click: (event) => this.#click(event),
      hover: (event) => this.#hover(event),
      resized: () => this.#resized(),
    });
  }

  show(picture: Picture): void {
    this.#timeline = layTimeline(picture);
    this.#parts.box.setAttribute('aria-label', `${timelineInWords(picture)} ${t('The tables say the same.')}`);
    this.#parts.sizer.style.height = `${this.#timeline.height}px`;
    this.#draw();
  }

  /** Points a task out. */
  mark(task: string | null): void {
    this.#marked = task;
    this.#draw();
  }

  recolour(palette: Palette): void {
    this.#palette = palette;
    this.#draw();
  }

  zoomBy(steps: number): void {
    this.#zoom.scaleBy(select(this.#parts.box), STEP ** steps);
  }

  fit(): void {
    this.#zoom.transform(select(this.#parts.box), zoomIdentity);
  }

  /** What is seen, for {@link restore}: independent of the window's width. */
  get place(): TimelinePlace {
    const { k, x } = this.#transform;
    return { zoom: k, from: -x / k / Math.max(1, this.#parts.box.clientWidth) };
  }

  /** Shows again what was seen, as soon as there is a window for it. */
  restore(place: TimelinePlace): void {
    this.#restored = place;
  }

  get #transform(): ZoomTransform {
    return zoomTransform(this.#parts.box);
  }

  #resized(): void {
    const { clientWidth: width } = this.#parts.box;
    if (width === 0) return;
    const extent: [[number, number], [number, number]] = [
      [0, 0],
      [width, 1],
    ];
    this.#zoom.extent(extent).translateExtent(extent);
    if (this.#restored !== undefined) {
      const { zoom: scale, from } = this.#restored;
      this.#restored = undefined;
      this.#zoom.transform(select(this.#parts.box), zoomIdentity.scale(scale).translate(-from * width, 0));
    }
    this.#zoom.translateBy(select(this.#parts.box), 0, 0);
    this.#draw();
  }

  #zoomed(event: unknown): void {
    if (event instanceof MouseEvent && event.type === 'mousemove') {
      this.#parts.box.scrollTop -= event.clientY - this.#dragY;
      this.#dragY = event.clientY;
    }
    this.#parts.tooltip.hide();
    this.#parts.moved();
    this.#draw();
  }

  #view(timeline: Timeline): TimelineView {
    const { clientWidth: width, clientHeight: height, scrollTop: top } = this.#parts.box;
    const scale = this.#transform.rescaleX(scaleLinear([0, timeline.untilSeconds], [0, width]));
    const [fromSeconds = 0, untilSeconds = timeline.untilSeconds] = scale.domain();
    const marked = { task: this.#marked, fragment: this.#chosen };
    return { width, height, fromSeconds, untilSeconds, top, marked };
  }

  #drawNow(): void {
    const { box, canvas } = this.#parts;
    if (this.#timeline === undefined || box.clientWidth === 0) return;
    const view = this.#view(this.#timeline);
    canvas.style.width = `${view.width}px`;
    canvas.style.height = `${view.height}px`;
    paint(canvas, view, drawTimeline(this.#timeline, view), this.#palette);
  }

  #wheel(event: WheelEvent): void {
    if (event.ctrlKey || event.metaKey) return;
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (!event.shiftKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
    event.preventDefault();
    this.#zoom.translateBy(select(this.#parts.box), -sideways / this.#transform.k, 0);
  }

  #found(event: MouseEvent): ReturnType<typeof foundAt> {
    const { left, top } = this.#parts.canvas.getBoundingClientRect();
    const timeline = this.#timeline;
    if (timeline === undefined) return null;
    return foundAt(timeline, this.#view(timeline), event.clientX - left, event.clientY - top);
  }

  #hover(event: PointerEvent): void {
    const found = event.buttons === 0 ? this.#found(event) : null;
    const lines =
      found === null ? [] : 'fragment' in found ? fragmentInWords(found.fragment) : instanceInWords(found.instance);
    this.#parts.box.classList.toggle('on-thing', found !== null && 'fragment' in found);
    this.#parts.tooltip.show(lines, event);
  }

  #click(event: MouseEvent): void {
    const found = this.#found(event);
    if (found === null || !('fragment' in found)) return;
    this.#choose(found.fragment);
    this.#parts.open({ fragment: found.fragment });
  }

  #key(event: KeyboardEvent): void {
    const timeline = this.#timeline;
    if (timeline === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const direction = DIRECTIONS[event.key];
    if (direction !== undefined) {
      const next = neighbour(timeline, this.#chosen, direction);
      if (next !== null) this.#choose(next);
    } else if (event.key === '+' || event.key === '=') this.zoomBy(1);
    else if (event.key === '-') this.zoomBy(-1);
    else if (event.key === '0') this.fit();
    else if (event.key === 'Enter') this.#open(timeline);
    else if (event.key === 'Escape') this.#choose(null);
    else return;
    event.preventDefault();
  }

  #open({ picture }: Timeline): void {
    const fragment = picture.fragments.find((each) => each.fragment === this.#chosen);
    if (fragment !== undefined) this.#parts.open({ fragment });
  }

  #choose(fragment: PictureFragment | null): void {
    this.#chosen = fragment?.fragment ?? null;
    this.#parts.say(fragment === null ? '' : fragmentInWords(fragment).join(', '));
    if (fragment !== null) this.#reveal(fragment);
    this.#draw();
  }

  /** Moves as little as needed for the fragment to be seen. */
  #reveal({ fragment, startSeconds, endSeconds }: PictureFragment): void {
    const timeline = this.#timeline!;
    const { box } = this.#parts;
    const view = this.#view(timeline);
    if (endSeconds > view.untilSeconds || startSeconds < view.fromSeconds) {
      const middle = ((startSeconds + endSeconds) / 2 / timeline.untilSeconds) * view.width;
      this.#zoom.translateTo(select(box), middle, 0);
    }
    const top = placeOf(timeline, fragment)!.top;
    if (top - AXIS_HEIGHT < view.top) box.scrollTop = top - AXIS_HEIGHT;
    else if (top + timeline.lane.height > view.top + view.height)
      box.scrollTop = top + timeline.lane.height - view.height;
  }
}

const DIRECTIONS: Record<string, Direction> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'first',
  End: 'last',
};
