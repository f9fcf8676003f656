/**
 * Numbers, counts and lists in the language of whoever looks at them. Texts are marked by `t` of `@vscode/l10n`, which
 * gives them back in English until {@link useMessages} has told it otherwise: so the command line, which never does,
 * prints English.
 */
import { config, t } from '@vscode/l10n';
import type { Interval } from '../scheduler/predictive-model/prediction.ts';
import * as english from '../scheduler/words.ts';

/** English text to the text of another language, as a bundle of this folder has it. */
export type Messages = Record<string, string>;

/** From now on `t` answers in the language of these messages. */
export function useMessages(messages: Messages): void {
  config({ contents: messages });
}

type Ends = Pick<Interval, 'low' | 'high'> & Partial<Interval>;

/** As {@link english.duration}. */
export const duration = (seconds: number): string => local(english.duration(seconds));

/** As {@link english.about}. */
export const about = (seconds: number): string => local(english.about(seconds));

/** As {@link english.aboutBand}. */
export const aboutBand = (ends: Ends): string => local(english.aboutBand(ends));

/** As {@link english.priceBand}. */
export const priceBand = (ends: Ends): string => local(english.priceBand(ends));

/** As {@link english.count}. */
export const count = (value: number): string => local(english.count(value));

/** As {@link english.percent}. */
export const percent = (share: number): string =>
  share > 0 && share < 0.001 ? t('under {0}', local('0.1 %')) : local(english.percent(share));

export const items = (value: number): string => (isOne(value) ? t('1 item') : t('{0} items', count(value)));

/** `5 of 10 items`. */
export const someItems = (part: number, whole: number): string =>
  isOne(whole) ? t('{0} of 1 item', count(part)) : t('{0} of {1} items', count(part), count(whole));

export const fragments = (value: number): string => (isOne(value) ? t('1 fragment') : t('{0} fragments', count(value)));

export const instances = (value: number): string => (isOne(value) ? t('1 instance') : t('{0} instances', count(value)));

export const tasks = (value: number): string => (isOne(value) ? t('1 task') : t('{0} tasks', count(value)));

export const safePoints = (value: number): string =>
  isOne(value) ? t('1 safe point') : t('{0} safe points', count(value));

export const observations = (value: number): string =>
  isOne(value) ? t('1 observation') : t('{0} observations', count(value));

/** `a`, `a and b`, `a, b and c`. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : t('{0} and {1}', names.slice(0, -1).join(', '), names.at(-1)!);

const isOne = (value: number): boolean => Math.round(value) === 1;

/** An English number with the separators of the other language, of which the messages have an example. */
function local(text: string): string {
  const [, group, decimal] = /^1(.)234(.)5$/.exec(t('1,234.5')) ?? [];
  if (group === undefined || decimal === undefined || group === ',') return text;
  return text.replaceAll(/(?<=\d)[,.](?=\d)/g, (separator) => (separator === ',' ? group : decimal));
}
