/** docs/protocol.md names every request and notification of our own, and nothing that is not there. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as protocol from '../../server/protocol.ts';

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

const methods = Object.values(protocol).flatMap((value) => ('method' in value ? [value.method] : []));

test('each has a section, and each section is one', () => {
  const sections = [...page.matchAll(/^### `(morsel\/\w+)`$/gm)].map(([, method]) => method!);
  expect(sections.toSorted()).toEqual(methods.toSorted());
});

test('the commands of code lenses are named', () => {
  for (const command of Object.values(protocol.ClientCommand)) expect(page).toContain(`\`${command}\``);
});
