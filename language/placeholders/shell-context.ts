/**
 * Follows the quotes of a POSIX shell through a command, so that each placeholder is known to stand outside quotes, in
 * single or in double ones: values are then quoted so that none of them can end its quotes or be run.
 * Where no quoting could make a value safe, or where shells read the same text differently, the answer is a refusal.
 * Grammar: POSIX.1-2024, Shell Command Language, 2.2 (quoting), 2.3 (tokens), 2.6 (expansions), 2.7.4 (here-documents).
 */

export type Quotes = 'none' | 'single' | 'double';

/** Why no value may stand at a place. */
export type Refusal =
  | 'backticks'
  | 'here-document'
  | 'comment'
  | 'arithmetic'
  | 'expansion'
  | 'ansi-quotes'
  | 'after-backslash'
  | 'after-dollar'
  | 'unclear';

type Frame =
  | 'none'
  | 'single'
  | 'double'
  /** `$(…)`, or `(…)` in a command: ended by `)`. */
  | 'substitution'
  | 'group'
  | 'backticks'
  | 'arithmetic'
  | 'expansion'
  | 'ansi-quotes'
  | 'comment'
  | 'here-document'
  | 'unclear';

/** Give it the text of a command piece by piece, and ask at each placeholder. */
export class ShellContext {
  readonly #frames: Frame[] = ['none'];
  /** The end of what was read, for looking back; escaped characters stand in it as `x`, joined lines are joined. */
  #text = '';
  #escaped = false;
  /** Parentheses still to come of each arithmetic expansion that is open. */
  readonly #arithmeticDepths: number[] = [];
  #pendingHereDocuments: { delimiter: string; stripTabs: boolean }[] = [];
  #hereDocumentLine = '';

  /** Whether all quotes and brackets are closed. */
  get isClosed(): boolean {
    return this.#frames.length === 1 || (this.#frames.length === 2 && this.#frame === 'comment');
  }

  /** Where a placeholder would stand now. */
  place(): { quotes: Quotes } | { refusal: Refusal } {
    const frame = this.#frame;
    const refusals = this.#frames.filter(isRefusing);
    // Numbers may stand in arithmetic, so whatever else refuses comes before it.
    const refusal = refusals.find((each) => each !== 'arithmetic') ?? refusals[0];
    if (refusal !== undefined) return { refusal };
    if (this.#isInHereDocumentWord()) return { refusal: 'here-document' };
    if (frame === 'single') return { quotes: 'single' };
    if (this.#escaped) return { refusal: 'after-backslash' };
    if (this.#text.endsWith('$')) return { refusal: 'after-dollar' };
    return { quotes: frame === 'double' ? 'double' : 'none' };
  }

  /** A value in the word that ends a here-document would make that end unknown. */
  #isInHereDocumentWord(): boolean {
    return this.#pendingHereDocuments.length > 0 && !/[\s;&|>()]$/.test(this.#text);
  }

  /** A placeholder stands here: part of a word. */
  value(): void {
    this.#escaped = false;
    this.#text += 'x';
  }

  read(text: string): void {
    for (let index = 0; index < text.length;) index += this.#step(text, index);
  }

  get #frame(): Frame {
    return this.#frames.at(-1)!;
  }

  /** How many characters were taken. */
  #step(text: string, index: number): number {
    const char = text[index]!;
    const wasEscaped = this.#escaped;
    const taken = this.#take(char, text, index);
    if (wasEscaped) this.#text = this.#text.slice(0, -1) + (char === '\n' ? '' : 'x');
    else this.#text = (this.#text + text.slice(index, index + taken)).slice(-64);
    return taken;
  }

  #take(char: string, text: string, index: number): number {
    switch (this.#frame) {
      case 'single':
        if (char === "'") this.#frames.pop();
        return 1;
      case 'comment':
        if (char !== '\n') return 1;
        this.#frames.pop();
        return this.#command(char, text, index);
      case 'here-document':
        return this.#hereDocument(char);
      case 'unclear':
        return 1;
      case 'double':
        return this.#double(char, text, index);
      case 'backticks':
        return this.#skipEscapes(char, '`');
      case 'ansi-quotes':
        // `\'` ends these quotes in one shell and not in another: what follows can't be told.
        if (char === '\\' && text[index + 1] === "'") this.#frames.push('unclear');
        if (char === "'") this.#frames.pop();
        return 1;
      case 'expansion':
        return this.#expansion(char, text, index);
      case 'arithmetic':
        return this.#arithmetic(char);
      case 'none':
      case 'substitution':
      case 'group':
        return this.#command(char, text, index);
    }
  }

  #skipEscapes(char: string, end: string): number {
    if (this.#escaped) this.#escaped = false;
    else if (char === '\\') this.#escaped = true;
    else if (char === end) this.#frames.pop();
    return 1;
  }

  #double(char: string, text: string, index: number): number {
    if (this.#escaped) {
      this.#escaped = false;
      return 1;
    }
    if (char === '\\') this.#escaped = true;
    else if (char === '"') this.#frames.pop();
    else if (char === '`') this.#frames.push('backticks');
    else if (char === '$') return this.#dollar(text, index, false);
    return 1;
  }

  #command(char: string, text: string, index: number): number {
    if (this.#escaped) {
      this.#escaped = false;
      return 1;
    }
    switch (char) {
      case '\\':
        this.#escaped = true;
        return 1;
      case "'":
        this.#frames.push('single');
        return 1;
      case '"':
        this.#frames.push('double');
        return 1;
      case '`':
        this.#frames.push('backticks');
        return 1;
      case '$':
        return this.#dollar(text, index, true);
      case '(':
        return this.#openParenthesis(text, index);
      case ')':
        if (this.#frame !== 'none') this.#frames.pop();
        return 1;
      case '#':
        if (this.#atWordStart()) this.#frames.push('comment');
        return 1;
      case '\n':
        this.#beginHereDocuments();
        return 1;
      case '<':
        return this.#redirect(text, index);
      default:
        if (this.#endsCaseWord(text, index)) this.#frames.push('unclear');
        return 1;
    }
  }

  #openParenthesis(text: string, index: number): number {
    if (text[index + 1] === '(') {
      this.#openArithmetic(2);
      return 2;
    }
    this.#frames.push('group');
    return 1;
  }

  #openArithmetic(depth: number): void {
    this.#frames.push('arithmetic');
    this.#arithmeticDepths.push(depth);
  }

  #arithmetic(char: string): number {
    // What has quotes or commands in it may as well be two subshells, `( (`.
    if (/['"`\\#;\n]/.test(char)) this.#frames.push('unclear');
    const last = this.#arithmeticDepths.length - 1;
    if (char === '(') this.#arithmeticDepths[last]!++;
    if (char === ')') this.#arithmeticDepths[last]!--;
    if (this.#arithmeticDepths[last] === 0) {
      this.#arithmeticDepths.pop();
      this.#frames.pop();
    }
    return 1;
  }

  #dollar(text: string, index: number, quotesCount: boolean): number {
    const next = text[index + 1];
    if (next === '(' && text[index + 2] === '(') {
      this.#openArithmetic(2);
      return 3;
    }
    if (next === '(') {
      this.#frames.push('substitution');
      return 2;
    }
    if (next === '{') {
      this.#frames.push('expansion');
      return 2;
    }
    if (next === '[') {
      // An old form of arithmetic in bash, and text in other shells.
      this.#frames.push('unclear');
      return 2;
    }
    if (next === "'" && quotesCount) {
      this.#frames.push('ansi-quotes');
      return 2;
    }
    return 1;
  }

  /** `${name}` is passed over; what has quotes or substitutions of its own in it is not looked into. */
  #expansion(char: string, text: string, index: number): number {
    if (char === '}') {
      this.#frames.pop();
    } else if (
      char === '\\' ||
      char === "'" ||
      char === '"' ||
      char === '`' ||
      (char === '$' && text[index + 1] !== '$')
    ) {
      const simple = /^\$[\w@*?!#-]/.test(text.slice(index, index + 2));
      if (!simple) this.#frames.push('unclear');
    }
    return 1;
  }

  #atWordStart(): boolean {
    return this.#text === '' || /[\s;&|()<>]$/.test(this.#text);
  }

  /** In `$(…)` a `case` has parentheses without partners, so the end of the substitution can't be told. */
  #endsCaseWord(text: string, index: number): boolean {
    if (text[index] !== 'e' || !this.#frames.includes('substitution')) return false;
    const before = (this.#text + 'e').slice(-5);
    return /(^|[\s;&|(){}!])case$/.test(before) && !/[\w-]/.test(text[index + 1] ?? ' ');
  }

  #redirect(text: string, index: number): number {
    if (!text.startsWith('<<', index)) return 1;
    if (text.startsWith('<<<', index)) return 3;
    const match = /^<<(-?)[ \t]*((?:'[^'\n]*'|"[^"\n]*"|\\[^\n]|[^\s;&|<>()'"\\])*)/.exec(text.slice(index));
    const delimiter = (match?.[2] ?? '').replaceAll(/['"\\]/g, '');
    this.#pendingHereDocuments.push({ delimiter, stripTabs: match?.[1] === '-' });
    return match?.[0].length ?? 2;
  }

  #beginHereDocuments(): void {
    if (this.#pendingHereDocuments.length === 0) return;
    this.#frames.push('here-document');
    this.#hereDocumentLine = '';
  }

  #hereDocument(char: string): number {
    if (char !== '\n') {
      this.#hereDocumentLine += char;
      return 1;
    }
    // A backslash joins lines, unless the delimiter was quoted.
    if (this.#hereDocumentLine.endsWith('\\')) this.#frames.push('unclear');
    const { delimiter, stripTabs } = this.#pendingHereDocuments[0]!;
    const line = stripTabs ? this.#hereDocumentLine.replace(/^\t+/, '') : this.#hereDocumentLine;
    if (line === delimiter) this.#pendingHereDocuments.shift();
    this.#hereDocumentLine = '';
    if (this.#pendingHereDocuments.length === 0) this.#frames.pop();
    return 1;
  }
}

const refusing: ReadonlySet<string> = new Set<Frame>([
  'backticks',
  'here-document',
  'comment',
  'arithmetic',
  'expansion',
  'ansi-quotes',
  'unclear',
]);

const isRefusing = (frame: Frame): frame is Frame & Refusal => refusing.has(frame);

/** What to do instead, for each refusal. */
export const refusalWords: Readonly<Record<Refusal, string>> = {
  backticks: 'A placeholder in backticks cannot be quoted safely. Write `$(…)` instead of the backticks.',
  'here-document':
    'A placeholder in a here-document cannot be quoted safely. Hand the value over as an argument, or with `env`.',
  comment: 'A placeholder in a shell comment could end the comment. Take it out.',
  arithmetic:
    'Only whole numbers can stand in arithmetic: items of a range, and params that are one. A shell may run what any other value says: let a program calculate, as in `expr {row.count} + 1`.',
  expansion: 'A placeholder inside `${…}` cannot be quoted safely. Give it to a variable first.',
  'ansi-quotes': "A placeholder in `$'…'` cannot be quoted safely. Close those quotes before it.",
  'after-backslash': 'A backslash before a placeholder would undo its quotes. Take the backslash out.',
  'after-dollar': 'A `$` before a placeholder would change its quotes. Write `\\$` for the character.',
  unclear:
    'It cannot be told how the shell reads this placeholder. Give the value to a variable at the start of the command.',
};

/** A value as text of a shell command, for the quotes that it stands in. */
export function quoteForShell(value: string, quotes: Quotes | 'raw'): string {
  switch (quotes) {
    case 'raw':
      return value;
    case 'none':
      return `'${value.replaceAll("'", String.raw`'\''`)}'`;
    case 'single':
      return value.replaceAll("'", String.raw`'\''`);
    case 'double':
      return value.replaceAll(/[\\"$`]/g, String.raw`\$&`);
  }
}
