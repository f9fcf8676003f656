/** Room that text takes, without a font at hand: an estimate that is a little too wide rather than too narrow. */
import stringWidth from 'string-width';

const letters = new Intl.Segmenter();

/** Of a sans-serif font, in parts of its size. */
const MEAN_WIDTH = 0.57;

export const widthOf = (text: string, fontSize: number): number => stringWidth(text) * fontSize * MEAN_WIDTH;

/** The text, or its beginning with an ellipsis; empty where not even three letters of it fit. */
export function fitted(text: string, width: number, fontSize: number): string {
  if (widthOf(text, fontSize) <= width) return text;
  const room = Math.floor(width / (fontSize * MEAN_WIDTH)) - 1;
  if (room < 3) return '';
  let [beginning, columns] = ['', 0];
  for (const { segment } of letters.segment(text)) {
    columns += stringWidth(segment);
    if (columns > room) break;
    beginning += segment;
  }
  return `${beginning.trimEnd()}…`;
}
