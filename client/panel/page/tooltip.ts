/** One box for both drawings, beside the pointer. What it says can also be had by keyboard and in the tables. */
export class Tooltip {
  readonly #box: HTMLElement;

  constructor(box: HTMLElement) {
    this.#box = box;
  }

  /** Lines of text at a place of the page; none hide it. */
  show(lines: readonly string[], { clientX, clientY }: { clientX: number; clientY: number }): void {
    const box = this.#box;
    box.hidden = lines.length === 0;
    if (box.hidden) return;
    box.textContent = lines.join('\n');
    const { width, height } = box.getBoundingClientRect();
    const left = Math.min(clientX + 12, window.innerWidth - width - 4);
    const below = clientY + 16;
    const top = below + height > window.innerHeight ? clientY - height - 8 : below;
    box.style.left = `${Math.max(4, left)}px`;
    box.style.top = `${Math.max(4, top)}px`;
  }

  hide(): void {
    this.#box.hidden = true;
  }
}
