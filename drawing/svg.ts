/** A scene as an SVG document that stands by itself: colours are written out, nothing is fetched, nothing is a script. */
import { escapedInFile } from './escape.ts';
import { colourOf, type Look, lookOf, type Palette } from './looks.ts';
import type { Scene, Shape } from './scene.ts';

/** @param title what a screen reader says of it */
export function sceneToSvg({ width, height, shapes }: Scene, palette: Palette, title: string): string {
  const size = `width="${rounded(width)}" height="${rounded(height)}" viewBox="0 0 ${rounded(width)} ${rounded(height)}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" font-family="${escapedInFile(palette.fontFamily)}">`,
    `<title>${escapedInFile(title)}</title>`,
    `<rect width="100%" height="100%" fill="${palette.inks.background}"/>`,
    ...shapes.map((shape) => element(shape, palette)),
    '</svg>\n',
  ].join('\n');
}

function element(shape: Shape, palette: Palette): string {
  const paint = paintOf(lookOf(shape.look, palette), shape, palette);
  switch (shape.kind) {
    case 'rect': {
      const { x, y, width, height, radius } = shape;
      const corners = radius === undefined ? '' : ` rx="${radius}"`;
      return `<rect x="${rounded(x)}" y="${rounded(y)}" width="${rounded(Math.max(0, width))}" height="${rounded(Math.max(0, height))}"${corners}${paint}/>`;
    }
    case 'line': {
      const { x1, y1, x2, y2 } = shape;
      return `<line x1="${rounded(x1)}" y1="${rounded(y1)}" x2="${rounded(x2)}" y2="${rounded(y2)}"${paint}/>`;
    }
    case 'path':
      return `<path d="${escapedInFile(shape.d)}"${paint}/>`;
    case 'text': {
      const { x, y, text, anchor } = shape;
      const place = anchor === undefined || anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
      return `<text x="${rounded(x)}" y="${rounded(y)}"${place}${paint}>${escapedInFile(text)}</text>`;
    }
  }
}

function paintOf(look: Look, { task }: Shape, palette: Palette): string {
  const { fill, fillOpacity, stroke, strokeOpacity, strokeWidth, dash, fontSize, bold } = look;
  const attributes: [string, string | number | undefined][] = [
    ['fill', fill === undefined ? 'none' : colourOf(fill, task, palette)],
    ['fill-opacity', fillOpacity],
    ['stroke', stroke && colourOf(stroke, task, palette)],
    ['stroke-opacity', strokeOpacity],
    ['stroke-width', strokeWidth],
    ['stroke-dasharray', dash?.join(' ')],
    ['font-size', fontSize],
    ['font-weight', bold ? 600 : undefined],
  ];
  return attributes.flatMap(([name, value]) => (value === undefined ? [] : [` ${name}="${value}"`])).join('');
}

const rounded = (number: number): string => String(Math.round(number * 100) / 100);
