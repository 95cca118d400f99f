import { describe, expect, it } from 'vitest';
import { frameRateFor, rungsFor } from './ladder.ts';
import { languageName, languageTag } from './languages.ts';
import { readBanner } from './probe.ts';

const banner = `Input #0, matroska,webm, from 'holiday.mkv':
  Metadata:
    title           : Stream #9: a title that lies
  Duration: 01:02:03.50, start: 0.000000, bitrate: 900 kb/s
  Stream #0:0(eng): Video: h264 (High), yuv420p(tv, bt709, progressive), 1920x1080 [SAR 1:1 DAR 16:9], 23.98 fps, 23.98 tbr, 1k tbn (default)
  Stream #0:1(ger): Audio: aac (LC), 48000 Hz, 5.1, fltp (default)
  Stream #0:2(pt-BR): Audio: ac3, 48000 Hz, stereo, fltp, 192 kb/s
  Stream #0:3(fre): Subtitle: hdmv_pgs_subtitle
  Stream #0:4(spa): Subtitle: subrip
  Stream #0:5: Video: mjpeg, yuvj420p(pc), 600x600, 90k tbr, 90k tbn (attached pic)`;

describe('readBanner', () => {
  it('finds length, picture, languages and the subtitles that are text', () => {
    expect(readBanner(banner)).toEqual({
      durationSeconds: 3723.5,
      video: { width: 1920, height: 1080, frameRate: 23.98 },
      audio: [{ language: 'de' }, { language: 'pt-BR' }],
      subtitles: [{ index: 1, language: 'es' }],
    });
  });

  it('turns what is shown turned', () => {
    const phone = `  Duration: 00:00:05.00, start: 0
  Stream #0:0[0x1](und): Video: hevc (Main) (hvc1 / 0x31637668), yuv420p(tv), 1920x1080, 30 fps, 30 tbr (default)
    Side data:
      displaymatrix: rotation of -90.00 degrees`;
    expect(readBanner(phone).video).toEqual({ width: 1080, height: 1920, frameRate: 30 });
  });

  it('finds no picture in music with a cover', () => {
    const music = `  Duration: 00:03:00.00, start: 0
  Stream #0:0: Audio: mp3, 44100 Hz, stereo
  Stream #0:1: Video: mjpeg, yuvj420p, 500x500, 90k tbr (attached pic)`;
    expect(readBanner(music).video).toBeUndefined();
  });
});

describe('the ladder', () => {
  it.each([
    [2160, ['v-240p', 'v-480p', 'v-720p']],
    [719, ['v-240p', 'v-480p']],
    [240, ['v-240p']],
    [145, ['v-144p']],
  ])('never scales a picture of %i lines up', (height, ids) => {
    expect(rungsFor(height).map((rung) => rung.renditionId)).toEqual(ids);
  });

  it.each([
    [23.976, 24],
    [24, 24],
    [25, 25],
    [29.97, 30],
    [50, 25],
    [59.94, 30],
    [12, 24],
    [120, 30],
  ])('makes %f frames a second %i', (from, to) => {
    expect(frameRateFor(from)).toBe(to);
  });
});

describe('languages', () => {
  it.each([
    ['eng', 'en', 'English'],
    ['fre', 'fr', 'Français'],
    ['ger', 'de', 'Deutsch'],
    ['es', 'es', 'Español'],
    ['', 'und', 'Unknown'],
    [undefined, 'und', 'Unknown'],
    ['not a language!', 'und', 'Unknown'],
  ])('%s is %s, %s', (stated, tag, name) => {
    expect(languageTag(stated)).toBe(tag);
    expect(languageName(tag)).toBe(name);
  });
});
