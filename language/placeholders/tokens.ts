/** The lexer of the little language inside strings. */
import { createToken, Lexer } from 'chevrotain';

const name = String.raw`[_a-zA-Z\u00C0-\u024F\u0370-\u1FFF\u3040-\uD7FF][\w\u00C0-\u024F\u0370-\u1FFF\u3040-\uD7FF-]*`;

/**
 * A brace begins a placeholder only if what follows looks like one, so that `{a,b}`, `{print $1}`, `{}` and JSON stay what
 * they are: a name, and then the end, a field or a subscript. `{a..z}` is a range of the shell.
 */
export const Open = createToken({
  name: 'Open',
  pattern: new RegExp(String.raw`\{(?=!?${name}(\}|\[|\.(?!\.)))`),
  push_mode: 'hole',
});
export const LiteralOpen = createToken({ name: 'LiteralOpen', pattern: '{{' });
export const LiteralClose = createToken({ name: 'LiteralClose', pattern: '}}' });
/** `${…}` belongs to the shell. */
export const ShellVariable = createToken({ name: 'ShellVariable', pattern: /\$\{[^{}]*\}/, line_breaks: true });
export const Plain = createToken({ name: 'Plain', pattern: /[^{}$]+|\$\{?|[{}]/, line_breaks: true });

export const Bang = createToken({ name: 'Bang', pattern: '!' });
export const NameToken = createToken({ name: 'Name', pattern: new RegExp(name) });
export const Dot = createToken({ name: 'Dot', pattern: '.' });
export const OpenBracket = createToken({ name: 'OpenBracket', pattern: '[' });
export const CloseBracket = createToken({ name: 'CloseBracket', pattern: ']' });
export const Quoted = createToken({ name: 'Quoted', pattern: /"(?:[^"\\\n]|\\["\\])*"/ });
export const Close = createToken({ name: 'Close', pattern: '}', pop_mode: true });
/** Whatever can't stand in a placeholder ends it. */
export const Stray = createToken({ name: 'Stray', pattern: /[\s\S]/, line_breaks: true, pop_mode: true });

const hole = [Bang, NameToken, Dot, OpenBracket, CloseBracket, Quoted, Close, Stray];

/** Takes any text: there is no character that one of its tokens does not match. */
export const templateLexer = new Lexer(
  { modes: { text: [LiteralOpen, LiteralClose, ShellVariable, Open, Plain], hole }, defaultMode: 'text' },
  { positionTracking: 'onlyOffset', ensureOptimizations: false },
);

export const holeTokens = [Open, ...hole];
