/** A drawing as plain data: shapes from back to front, in px from the top left. Painted by svg.ts, or by a canvas. */
import type { LookName } from './looks.ts';

export interface Scene {
  width: number;
  height: number;
  shapes: Shape[];
}

interface Shaped {
  look: LookName;
  /** The position of the task whose colour it has, where its look has a task's colour. */
  task?: number;
}

export type Shape =
  | (Shaped & { kind: 'rect'; x: number; y: number; width: number; height: number; radius?: number })
  | (Shaped & { kind: 'line'; x1: number; y1: number; x2: number; y2: number })
  /** `d`: as in SVG. */
  | (Shaped & { kind: 'path'; d: string })
  /** `y`: of the base line. */
  | (Shaped & { kind: 'text'; x: number; y: number; text: string; anchor?: 'start' | 'middle' | 'end' });

/** The shapes moved right and down. */
export function moved(shapes: readonly Shape[], right: number, down: number): Shape[] {
  return shapes.map((shape): Shape => {
    switch (shape.kind) {
      case 'line':
        return {
          ...shape,
          x1: shape.x1 + right,
          x2: shape.x2 + right,
          y1: shape.y1 + down,
          y2: shape.y2 + down,
        };
      case 'path':
        return { ...shape, d: movedPath(shape.d, right, down) };
      default:
        return { ...shape, x: shape.x + right, y: shape.y + down };
    }
  });
}

/** For paths of absolute `M`, `L` and `C` alone, which are all that are drawn here. */
function movedPath(d: string, right: number, down: number): string {
  let isX = false;
  return d.replaceAll(/-?\d+(?:\.\d+)?(?:e-?\d+)?/g, (number) => {
    isX = !isX;
    return String(Number(number) + (isX ? right : down));
  });
}
