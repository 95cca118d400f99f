import { expect, test } from 'vitest';
import { createSampleVideo } from '../../../testing/sample-video.ts';
import { propose, sizeOf } from '../../selection/index.ts';
import { renditionsOf } from '../../shared/presentation.ts';
import { Choice, preferencesOf } from './choice.ts';
import { judgeRendition, partingOf } from './existing.ts';

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

const sample = createSampleVideo('film').presentation;
const [video, audio] = [sample.video[0]!, sample.audio[0]!];
const presentation = {
  ...sample,
  video: [
    { ...video, id: 'v-480p', height: 480 },
    // Fewer segments weigh less.
    { ...video, id: 'v-240p', height: 240, segments: video.segments.slice(0, 1) },
  ],
  audio: [
    { ...audio, id: 'a-en', language: 'en', isDefault: true },
    { ...audio, id: 'a-es', language: 'es', isDefault: false },
  ],
};
const selectionBy = (raw: object) => propose(presentation, 'film', preferencesOf(Choice.parse(raw)));
const partingBy = (before: object, raw: object) =>
  partingOf(
    {
      proposal: selectionBy(raw),
      renditions: renditionsOf(presentation).map((rendition) => ({ rendition, size: sizeOf(rendition) })),
    },
    selectionBy(before),
    Choice.parse(raw),
  );

test.each([
  [{ dataSaver: true }, { dataSaver: true }, null],
  [{ dataSaver: true }, {}, null],
  [{ dataSaver: true }, { maxHeight: '1' }, null],
  [{ dataSaver: true }, { maxHeight: '9999' }, { option: '--max-height' }],
  [{}, { dataSaver: true }, { option: '--data-saver' }],
  [{}, { maxGbPerHour: '0.000001' }, { option: '--max-gb-per-hour' }],
  [{ audio: 'en' }, { audio: 'es' }, { option: '--audio', taken: 'en', wished: 'es' }],
  [{ audio: 'en' }, { audio: 'en,es' }, { option: '--audio', taken: 'en', wished: 'en, es' }],
  [{ audio: 'es,en' }, { audio: 'en,es' }, null],
  [{}, { subtitles: 'en' }, { option: '--subtitles', taken: 'no subtitles', wished: 'en' }],
  [{ dataSaver: true, subtitles: 'en' }, { subtitles: 'en' }, null],
  [{ rendition: 'v-480p' }, { rendition: 'v-480p', dataSaver: true }, null],
])('downloaded by %j, %j is another choice: %j', (before, raw, parting) => {
  if (parting) expect(partingBy(before, raw)).toMatchObject(parting);
  else expect(partingBy(before, raw)).toBeNull();
});

test('a video that the service has replaced is not compared', () => {
  const proposal = selectionBy({});
  expect(partingOf({ proposal, renditions: [] }, proposal, Choice.parse({ subtitles: 'en' }))).toBeNull();
});
