/** The graph of tasks in a window of its own, zoomed and moved by d3-zoom. At first all of it is seen. */
import { t } from '@vscode/l10n';
import { select } from 'd3-selection';
import { zoom, type ZoomBehavior, zoomIdentity, zoomTransform } from 'd3-zoom';
import { graphInWords, taskInWords } from '../../../drawing/describe.ts';
import { drawGraph, type GraphNode, nodeAt, type TaskGraph, updateGraph } from '../../../drawing/graph.ts';
import type { Palette } from '../../../drawing/looks.ts';
import { hasGraph, type Picture } from '../../../drawing/picture.ts';
import { paint } from './canvas.ts';
import { oncePerFrame } from './frame.ts';
import { isZooming, listen } from './listen.ts';
import type { DrawingView, ViewParts } from './view-parts.ts';

const STEP = 1.3;
const MOST_ZOOM = 4;
/** A small graph is not blown up. */
const MOST_FIT = 1.25;
const MARGIN = 16;

export class GraphWindow implements DrawingView {
  readonly #parts: ViewParts;
  readonly #zoom: ZoomBehavior<HTMLElement, unknown>;
  readonly #draw = oncePerFrame(() => this.#drawNow());
  #picture: Picture | undefined;
  #graph: TaskGraph | undefined;
  #palette: Palette;
  #marked: string | null = null;
  #chosen: string | null = null;
  /** Nobody has zoomed or moved it yet. */
  #isFitted = true;

  constructor(parts: ViewParts, palette: Palette) {
    this.#parts = parts;
    this.#palette = palette;
    const { box } = parts;
    this.#zoom = zoom<HTMLElement, unknown>()
      .filter(isZooming)
      .on('zoom', ({ sourceEvent }: { sourceEvent: unknown }) => {
        if (sourceEvent !== null) this.#isFitted = false;
        parts.tooltip.hide();
        this.#draw();
      });
    select(box).call(this.#zoom).on('dblclick.zoom', null);
    listen(parts, {
      key: (event) => this.#key(event),
      click: (event) => this.#click(event),
      hover: (event) => this.#hover(event),
      resized: () => this.#resized(),
    });
  }

  show(picture: Picture): void {
    this.#picture = picture;
    this.#parts.box.setAttribute('aria-label', `${graphInWords(picture)} ${t('The table of tasks says the same.')}`);
    this.#lay();
  }

  mark(task: string | null): void {
    this.#marked = task;
    this.#draw();
  }

  recolour(palette: Palette): void {
    this.#palette = palette;
    this.#draw();
  }

  zoomBy(steps: number): void {
    this.#isFitted = false;
    this.#zoom.scaleBy(select(this.#parts.box), STEP ** steps);
  }

  fit(): void {
    const graph = this.#graph;
    const { clientWidth: width, clientHeight: height } = this.#parts.box;
    if (graph === undefined || width === 0 || graph.width === 0) return;
    const scale = Math.min(MOST_FIT, (width - 2 * MARGIN) / graph.width, (height - 2 * MARGIN) / graph.height);
    const place = zoomIdentity
      .translate((width - graph.width * scale) / 2, Math.max(MARGIN, (height - graph.height * scale) / 3))
      .scale(scale);
    this.#zoom.scaleExtent([Math.min(scale, 1) / 2, MOST_ZOOM]);
    this.#zoom.transform(select(this.#parts.box), place);
    this.#isFitted = true;
  }

  #resized(): void {
    this.#lay();
    if (this.#isFitted) this.fit();
    this.#draw();
  }

  /** Only while it is seen: a large graph takes its time. */
  #lay(): void {
    const picture = this.#picture;
    const { clientWidth: width, clientHeight: height } = this.#parts.box;
    if (picture === undefined || !hasGraph(picture) || width === 0) return;
    const direction = height > width ? 'down' : 'right';
    const before = this.#graph;
    this.#graph = updateGraph(before, picture, direction);
    if (this.#isFitted && this.#graph.layout !== before?.layout) this.fit();
    this.#draw();
  }

  #drawNow(): void {
    const { box, canvas } = this.#parts;
    const { clientWidth: width, clientHeight: height } = box;
    if (this.#graph === undefined || width === 0) return;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const { x, y, k } = zoomTransform(box);
    paint(canvas, { width, height }, drawGraph(this.#graph, this.#chosen ?? this.#marked), this.#palette, {
      x,
      y,
      scale: k,
    });
  }

  #nodeAt(event: MouseEvent): GraphNode | null {
    const { left, top } = this.#parts.canvas.getBoundingClientRect();
    if (this.#graph === undefined) return null;
    const [x, y] = zoomTransform(this.#parts.box).invert([event.clientX - left, event.clientY - top]);
    return nodeAt(this.#graph, x, y);
  }

  #hover(event: PointerEvent): void {
    const node = event.buttons === 0 ? this.#nodeAt(event) : null;
    this.#parts.box.classList.toggle('on-thing', node !== null);
    this.#parts.tooltip.show(node === null ? [] : taskInWords(this.#picture!, node.task.task), event);
  }

  #click(event: MouseEvent): void {
    const node = this.#nodeAt(event);
    if (node === null) return;
    this.#choose(node.task.task);
    this.#parts.open({ task: node.task.task });
  }

  #key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = STEPS[event.key];
    if (step !== undefined) this.#chooseBy(step);
    else if (event.key === '+' || event.key === '=') this.zoomBy(1);
    else if (event.key === '-') this.zoomBy(-1);
    else if (event.key === '0') this.fit();
    else if (event.key === 'Enter' && this.#chosen !== null) this.#parts.open({ task: this.#chosen });
    else if (event.key === 'Escape') this.#choose(null);
    else return;
    event.preventDefault();
  }

  /** In the order of the job, where each task stands after those that it waits for. */
  #chooseBy(step: number): void {
    const tasks = this.#picture?.tasks ?? [];
    const at = tasks.findIndex(({ task }) => task === this.#chosen);
    const next = at === -1 ? tasks[0] : tasks[Math.min(tasks.length - 1, Math.max(0, at + step))];
    if (next !== undefined) this.#choose(next.task);
  }

  #choose(task: string | null): void {
    this.#chosen = task;
    this.#parts.say(task === null ? '' : taskInWords(this.#picture!, task).join(', '));
    const node = this.#graph?.nodes.find((each) => each.task.task === task);
    if (node !== undefined) this.#reveal(node);
    this.#draw();
  }

  #reveal(node: GraphNode): void {
    const { clientWidth: width, clientHeight: height } = this.#parts.box;
    const transform = zoomTransform(this.#parts.box);
    const [x, y] = transform.apply([node.x + node.width / 2, node.y + node.height / 2]);
    if (x > 0 && x < width && y > 0 && y < height) return;
    this.#zoom.translateTo(select(this.#parts.box), node.x + node.width / 2, node.y + node.height / 2);
  }
}

const STEPS: Record<string, number> = {
  ArrowLeft: -1,
  ArrowUp: -1,
  ArrowRight: 1,
  ArrowDown: 1,
  Home: -Infinity,
  End: Infinity,
};
