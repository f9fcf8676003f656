import type { ViewParts } from './view-parts.ts';

/** What a drawing does about what its user does. */
export interface Responses {
  key: (event: KeyboardEvent) => void;
  click: (event: MouseEvent) => void;
  hover: (event: PointerEvent) => void;
  resized: () => void;
}

/** A wheel scrolls, as it does everywhere else; with Ctrl, or by pinching, it zooms. */
export const isZooming = (event: MouseEvent): boolean =>
  event.type === 'wheel' ? event.ctrlKey || event.metaKey : event.button === 0;

/** Has a drawing respond for as long as the page lives. */
export function listen({ box, tooltip }: ViewParts, { key, click, hover, resized }: Responses): void {
  box.addEventListener('keydown', key);
  box.addEventListener('click', click);
  box.addEventListener('pointermove', hover);
  box.addEventListener('pointerleave', () => tooltip.hide());
  new ResizeObserver(resized).observe(box);
}
