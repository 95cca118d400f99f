import { expect, test } from 'vitest';
import { judgeRendition } from './download.ts';

const there = ['v-240p', 'v-480p'];
const before = { title: 'Fog', taken: 'v-240p' };

test.each([
  ['v-480p', there, undefined, null],
  ['v-240p', there, before, null],
  ['v-240p', undefined, before, null],
  ['v-9k', there, undefined, /--rendition: there is no v-9k; there are v-240p, v-480p/],
  ['v-9k', there, before, /--rendition: there is no v-9k; there are v-240p, v-480p/],
  ['v-480p', there, before, /Fog is downloaded as v-240p already; remove it first to take v-480p/],
  ['v-9k', undefined, before, /Fog is downloaded as v-240p already/],
  ['v-240p', there, { title: 'Fog', taken: undefined }, /Fog is downloaded as sound alone already/],
])('--rendition %s of %j with %j', (wanted, all, download, refusal) => {
  const judging = expect(() => judgeRendition(wanted, all, download));
  if (refusal) judging.toThrow(refusal);
  else judging.not.toThrow();
});
