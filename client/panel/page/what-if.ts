/** The fields of “What if”: what is written there is tried at once, and is in the file only when it is applied. */
import type { WhatIfChoice, WhatIfFields } from './messages.ts';

const UNITS = { s: 1, min: 60, h: 3600, d: 86_400 };
type Unit = keyof typeof UNITS;

/** Quiet time after a key before it is tried. */
const QUIET_MS = 300;

export class WhatIfForm {
  readonly #form: HTMLFormElement;
  readonly #onChoice: (choice: WhatIfChoice | null) => void;
  #shown: WhatIfFields | undefined;
  #choice: WhatIfChoice = {};
  /** What was written a moment ago, and will be tried. */
  #pending: { choice: WhatIfChoice; timer: ReturnType<typeof setTimeout> } | undefined;

  constructor(form: HTMLFormElement, onChoice: (choice: WhatIfChoice | null) => void, onApply: () => void) {
    this.#form = form;
    this.#onChoice = onChoice;
    form.addEventListener('input', (event) => this.#changed(event.target));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.#pending !== undefined) this.choose(this.#pending.choice);
      onApply();
    });
    this.#button('reset').addEventListener('click', () => this.choose(null));
  }

  /** Another choice, by a button elsewhere say. */
  choose(choice: WhatIfChoice | null): void {
    this.#forget();
    this.#choice = choice ?? {};
    this.#onChoice(choice);
  }

  /** Fields that are being written in are left alone. */
  show(fields: WhatIfFields | null): void {
    this.#form.hidden = fields === null;
    if (fields === null) return;
    if (!fields.isChanged) this.#choice = {};
    this.#fillTargets(fields);
    const { value, unit } = asAmount(fields.lifespanSeconds);
    this.#fill(this.#field('instances'), String(fields.instances));
    this.#fill(this.#field('lifespan'), value);
    this.#fill(this.#select('unit'), unit);
    this.#field('lifespan').disabled = unit === 'none';
    for (const name of ['reset', 'apply']) this.#button(name).disabled = !fields.isChanged;
    this.#shown = fields;
  }

  #fillTargets({ targets, target }: WhatIfFields): void {
    const select = this.#select('target');
    if (targets.join('\n') !== this.#shown?.targets.join('\n')) {
      select.replaceChildren(...targets.map((name) => new Option(name, name)));
    }
    this.#fill(select, target);
  }

  #fill(field: HTMLInputElement | HTMLSelectElement, value: string): void {
    if (document.activeElement === field && field instanceof HTMLInputElement && field.value !== '') return;
    field.value = value;
  }

  #changed(field: EventTarget | null): void {
    const before = this.#pending?.choice ?? this.#choice;
    this.#forget();
    const target = this.#select('target').value;
    // Another target has its own number of instances and its own lifespan.
    if (field === this.#select('target')) return this.choose({ target });
    this.#field('lifespan').disabled = this.#select('unit').value === 'none';
    const choice = { ...before, ...this.#read(field) };
    this.#pending = { choice, timer: setTimeout(() => this.choose(choice), QUIET_MS) };
  }

  #forget(): void {
    clearTimeout(this.#pending?.timer);
    this.#pending = undefined;
  }

  /** What the field says; nothing where it says nothing that can be tried. */
  #read(field: EventTarget | null): WhatIfChoice {
    if (field === this.#field('instances')) {
      const instances = this.#field('instances').valueAsNumber;
      return Number.isInteger(instances) && instances > 0 ? { instances } : {};
    }
    const unit = this.#select('unit').value;
    if (unit === 'none') return { lifespanSeconds: null };
    if (this.#field('lifespan').value === '') this.#field('lifespan').value = '10';
    const amount = this.#field('lifespan').valueAsNumber;
    return amount > 0 && isUnit(unit) ? { lifespanSeconds: amount * UNITS[unit] } : {};
  }

  #field = (name: string): HTMLInputElement => this.#form.querySelector<HTMLInputElement>(`input[name=${name}]`)!;
  #select = (name: string): HTMLSelectElement => this.#form.querySelector<HTMLSelectElement>(`select[name=${name}]`)!;
  #button = (name: string): HTMLButtonElement => this.#form.querySelector<HTMLButtonElement>(`button[name=${name}]`)!;
}

const isUnit = (text: string): text is Unit => text in UNITS;

/** In the largest unit that it is a whole number of. */
function asAmount(seconds: number | null): { value: string; unit: string } {
  if (seconds === null) return { value: '', unit: 'none' };
  const units = Object.entries(UNITS).toReversed();
  const [unit, size] = units.find(([, each]) => seconds >= each && seconds % each === 0) ?? ['s', 1];
  return { value: String(seconds / size), unit };
}
