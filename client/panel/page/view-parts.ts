import type { Palette } from '../../../drawing/looks.ts';
import type { Picture, PictureFragment } from '../../../drawing/picture.ts';
import type { Tooltip } from './tooltip.ts';

/** What a drawing of the page is made of, and whom it tells what. */
export interface ViewParts {
  /** What is focused, scrolled and seen. */
  box: HTMLElement;
  /** As high as the whole drawing. */
  sizer: HTMLElement;
  canvas: HTMLCanvasElement;
  tooltip: Tooltip;
  /** The user wants to go where a thing comes from. */
  open: (thing: { fragment: PictureFragment } | { task: string }) => void;
  /** What is seen has moved, by the user's hand. */
  moved: () => void;
  /** What is chosen, for who can't see it. */
  say: (text: string) => void;
}

/** A drawing of the page. */
export interface DrawingView {
  show(picture: Picture): void;
  /** Points a task out. */
  mark(task: string | null): void;
  recolour(palette: Palette): void;
  zoomBy(steps: number): void;
  /** All of it, as at first. */
  fit(): void;
}
