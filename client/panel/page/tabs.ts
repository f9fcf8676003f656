/** Tabs as WAI-ARIA has them: arrow keys go from one to the next, and only the chosen one is in the order of Tab. */
export class Tabs {
  readonly #tabs: HTMLElement[];
  readonly #onChange: (name: string) => void;
  #chosen = '';

  constructor(list: HTMLElement, onChange: (name: string) => void) {
    this.#tabs = [...list.querySelectorAll<HTMLElement>('[role=tab]')];
    this.#onChange = onChange;
    list.addEventListener('click', ({ target }) => {
      const tab = target instanceof Element ? target.closest<HTMLElement>('[role=tab]') : null;
      if (tab !== null) this.choose(nameOf(tab));
    });
    list.addEventListener('keydown', (event) => this.#key(event));
  }

  get chosen(): string {
    return this.#chosen;
  }

  /** The first where there is no such tab. */
  choose(name: string): void {
    const shown = this.#shown();
    const chosen = shown.find((tab) => nameOf(tab) === name) ?? shown[0]!;
    this.#chosen = nameOf(chosen);
    for (const tab of this.#tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute('aria-selected', String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      document.getElementById(nameOf(tab))!.hidden = !isChosen;
    }
    this.#onChange(this.#chosen);
  }

  /** A tab that has nothing to show is not there. */
  offer(name: string, isOffered: boolean): void {
    const tab = this.#tabs.find((each) => nameOf(each) === name)!;
    if (tab.hidden !== isOffered) return;
    tab.hidden = !isOffered;
    if (!isOffered && name === this.#chosen) this.choose('');
  }

  #shown = (): HTMLElement[] => this.#tabs.filter((tab) => !tab.hidden);

  #key(event: KeyboardEvent): void {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    const shown = this.#shown();
    const at = shown.findIndex((tab) => nameOf(tab) === this.#chosen);
    const next = shown[(at + step + shown.length) % shown.length]!;
    this.choose(nameOf(next));
    next.focus();
    event.preventDefault();
  }
}

const nameOf = (tab: HTMLElement): string => tab.getAttribute('aria-controls')!;
