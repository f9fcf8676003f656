/** The whole picture as a file, in the colours of the theme. */
import type { Palette } from '../../../drawing/looks.ts';
import type { Picture } from '../../../drawing/picture.ts';
import { drawSheet } from '../../../drawing/sheet.ts';
import { sceneToSvg } from '../../../drawing/svg.ts';
import { AS_IT_IS, paint } from './canvas.ts';

/** Pixels for each px, so that it is sharp in print; fewer for what is so large that a canvas could not hold it. */
const SHARPNESS = 2;
const MOST_PIXELS = 16_000;

export function svgOf(picture: Picture, palette: Palette): string {
  return sceneToSvg(drawSheet(picture), palette, picture.title);
}

/** In base64. */
export function pngOf(picture: Picture, palette: Palette): string {
  const scene = drawSheet(picture);
  const canvas = document.createElement('canvas');
  const pixels = Math.min(SHARPNESS, MOST_PIXELS / Math.max(scene.width, scene.height));
  paint(canvas, scene, scene, palette, AS_IT_IS, pixels);
  return canvas.toDataURL('image/png').slice('data:image/png;base64,'.length);
}
