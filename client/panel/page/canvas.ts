/** Paints scenes on a canvas, as drawing/svg.ts writes them. */
import { colourOf, type Look, lookOf, type Palette } from '../../../drawing/looks.ts';
import type { Scene, Shape } from '../../../drawing/scene.ts';

/** How a scene is placed: moved, then magnified. */
export interface Placing {
  x: number;
  y: number;
  scale: number;
}

export const AS_IT_IS: Placing = { x: 0, y: 0, scale: 1 };

/** Gives the canvas a size in CSS px, sharp on any screen, and paints the scene on it. */
export function paint(
  canvas: HTMLCanvasElement,
  size: { width: number; height: number },
  scene: Scene,
  palette: Palette,
  { x, y, scale }: Placing = AS_IT_IS,
  pixels = window.devicePixelRatio,
): void {
  const [width, height] = [Math.round(size.width * pixels), Math.round(size.height * pixels)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.setTransform(pixels, 0, 0, pixels, 0, 0);
  context.fillStyle = palette.inks.background;
  context.fillRect(0, 0, size.width, size.height);
  context.setTransform(pixels * scale, 0, 0, pixels * scale, pixels * x, pixels * y);
  for (const shape of scene.shapes) paintShape(context, shape, palette);
}

function paintShape(context: CanvasRenderingContext2D, shape: Shape, palette: Palette): void {
  const look = lookOf(shape.look, palette);
  if (shape.kind === 'text') return paintText(context, shape, look, palette);
  if (look.fill !== undefined) {
    context.globalAlpha = look.fillOpacity ?? 1;
    context.fillStyle = colourOf(look.fill, shape.task, palette);
  }
  // Most of all shapes: without a path they are painted in a third of the time.
  if (shape.kind === 'rect' && shape.radius === undefined && look.stroke === undefined) {
    context.fillRect(shape.x, shape.y, shape.width, shape.height);
    return;
  }
  const path = pathOf(shape);
  if (look.fill !== undefined) context.fill(path);
  if (look.stroke === undefined) return;
  prepareStroke(context, look, shape, palette);
  context.stroke(path);
}

function prepareStroke(context: CanvasRenderingContext2D, look: Look, { task }: Shape, palette: Palette): void {
  context.globalAlpha = look.strokeOpacity ?? 1;
  context.strokeStyle = colourOf(look.stroke ?? 'foreground', task, palette);
  context.lineWidth = look.strokeWidth ?? 1;
  context.setLineDash(look.dash ?? []);
}

function pathOf(shape: Exclude<Shape, { kind: 'text' }>): Path2D {
  if (shape.kind === 'path') return new Path2D(shape.d);
  const path = new Path2D();
  if (shape.kind === 'line') {
    path.moveTo(shape.x1, shape.y1);
    path.lineTo(shape.x2, shape.y2);
    return path;
  }
  const { x, y, width, height, radius } = shape;
  if (radius === undefined) path.rect(x, y, width, height);
  else path.roundRect(x, y, width, height, Math.min(radius, width / 2, height / 2));
  return path;
}

function paintText(
  context: CanvasRenderingContext2D,
  { x, y, text, anchor, task }: Shape & { kind: 'text' },
  { fill = 'foreground', fillOpacity = 1, fontSize = 12, bold = false }: Look,
  palette: Palette,
): void {
  context.globalAlpha = fillOpacity;
  context.fillStyle = colourOf(fill, task, palette);
  context.font = `${bold ? '600 ' : ''}${fontSize}px ${palette.fontFamily}`;
  context.textAlign = anchor === 'middle' ? 'center' : (anchor ?? 'start');
  context.fillText(text, x, y);
}
