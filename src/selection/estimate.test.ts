import { expect, it } from 'vitest';
import type { SelectionPreferences } from '../shared/selection.ts';
import { estimateUnseen } from './estimate.ts';

const preferences = (video: SelectionPreferences['video']): SelectionPreferences => ({
  video,
  audioLanguages: [],
  subtitleLanguages: [],
  audioDescription: false,
});

it('weighs an episode like its siblings', () => {
  const siblings = [
    { sizeBytes: 1000, durationSeconds: 100 },
    { sizeBytes: 3000, durationSeconds: 300 },
  ];
  const size = estimateUnseen(50, preferences({ rule: 'best' }), siblings);
  expect(size).toEqual({ bytes: 500, exact: false });
});

it('without any, by what such pictures take: more for taller ones, never above the viewer’s own limit', () => {
  const bytes = (video: SelectionPreferences['video']) => estimateUnseen(3600, preferences(video), []).bytes;
  const heights = [240, 480, 720, 1080, 2160].map((height) => bytes({ rule: 'max-height', height }));
  expect(heights).toEqual(heights.toSorted((a, b) => a - b));
  expect(bytes({ rule: 'data-saver' })).toBe(heights[0]);
  expect(bytes({ rule: 'best' })).toBe(heights[3]);
  expect(bytes({ rule: 'bytes-per-hour', maxBytesPerHour: 500_000_000 })).toBe(500_000_000);
  expect(bytes({ rule: 'bytes-per-hour', maxBytesPerHour: 1e12 })).toBe(heights[3]);
});
