import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ArtworkShape } from '../../src/shared/service-api.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { runFfmpeg } from './ffmpeg.ts';
import { duotone } from './duotone.ts';

/** How a title's poster and backdrop look: its own colors ("#rrggbb") and letters. */
export interface ArtworkStyle {
  readonly dark: string;
  readonly light: string;
  readonly accent: string;
  /** A file of the DejaVu fonts. */
  readonly font: string;
}

export interface ArtworkJob {
  readonly name: string;
  /** A small line above the name, e.g. its genres. */
  readonly overline: string;
  readonly style: ArtworkStyle;
  /** A picture of the video, without anything burnt in. */
  readonly stillFile: string;
  /** For the files that filters read. */
  readonly workDir: string;
  readonly outDir: string;
}

/**
 * Makes poster.jpg (600x900, with the name) and backdrop.jpg (1280x720, the picture alone: screens write over
 * it) in `outDir`. Errors: `encode/failed`.
 */
export async function drawArtwork(tools: Ffmpeg, job: ArtworkJob, signal?: AbortSignal): Promise<void> {
  await mkdir(job.outDir, { recursive: true });
  await copyFonts(job.workDir, [job.style.font, SMALL_FONT]);
  const poster = layoutText(job.name, 520, 104);
  await writeFile(path.join(job.workDir, 'overline.txt'), job.overline.toUpperCase());
  await writeLines(job.workDir, poster.lines);
  const graph = [
    '[0:v]format=rgb24,split=2[a][b]',
    `[a]${cover(600, 900)},format=gray,format=rgb24,eq=contrast=1.15,format=rgb24,${duotone([job.style.dark, job.style.light])}[art]`,
    `[b]${cover(1280, 720)}[w]`,
    `${shade(600, 900, job.style.dark, 'clip((Y-300)/420,0,1)')}[down]`,
    `[art][down]overlay=format=rgb,${texts(poster, job.style, { left: 40, bottom: 60, height: 900 })}[p]`,
  ];
  const out = (label: string, file: string) => [
    '-map',
    `[${label}]`,
    '-frames:v',
    '1',
    '-q:v',
    '3',
    path.resolve(job.outDir, file),
  ];
  const inputs = ['-i', path.resolve(job.stillFile)];
  const args = ['-filter_complex', graph.join(';'), ...out('p', 'poster.jpg'), ...out('w', 'backdrop.jpg')];
  await runFfmpeg(tools, [...inputs, ...args], { cwd: job.workDir, signal });
}

/** Changes whenever one of a title's pictures does. `undefined`: they are not all there. */
export async function artworkVersion(folder: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  for (const shape of ArtworkShape.options) {
    const picture = await readFile(path.join(folder, `${shape}.jpg`)).catch(() => undefined);
    if (!picture) return undefined;
    hash.update(picture);
  }
  return hash.digest('hex').slice(0, 12);
}

const SMALL_FONT = 'DejaVuSans-Bold.ttf';

/** Puts fonts beside what uses them: filters name them without a path, and so without escaping. */
export async function copyFonts(folder: string, fonts: string[]): Promise<void> {
  const installed = path.dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json'));
  for (const font of new Set(fonts)) {
    await copyFile(path.join(installed, 'ttf', font), path.join(folder, font));
  }
}

interface TextBlock {
  readonly lines: string[];
  readonly size: number;
}

/** Breaks a name into at most four lines that fit the width, in the largest letters that do. */
export function layoutText(name: string, width: number, largest: number): TextBlock {
  const words = name.split(/\s+/).filter(Boolean);
  let best: TextBlock = { lines: [name], size: 0 };
  for (let count = 1; count <= Math.min(4, words.length); count += 1) {
    const lines = balance(words, count);
    const longest = Math.max(...lines.map((line) => line.length), 4);
    // DejaVu's bold capitals and small letters are on average 0.68 em wide.
    const size = Math.min(largest, Math.floor(width / (longest * 0.68)), Math.floor(330 / lines.length));
    if (size > best.size) best = { lines, size };
  }
  return best;
}

function balance(words: string[], count: number): string[] {
  const total = words.join(' ').length;
  const lines: string[] = [];
  let line = '';
  for (const [index, word] of words.entries()) {
    const longer = line ? `${line} ${word}` : word;
    const linesLeft = count - lines.length;
    const wordsLeft = words.length - index;
    if (line && linesLeft > 1 && (longer.length > total / count + 2 || wordsLeft < linesLeft)) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}

async function writeLines(folder: string, lines: string[]): Promise<void> {
  for (const [index, line] of lines.entries()) {
    await writeFile(path.join(folder, `line-${index}.txt`), line);
  }
}

function cover(width: number, height: number): string {
  return `scale=${width}:${height}:force_original_aspect_ratio=increase:flags=bicubic,crop=${width}:${height}`;
}

/** A sheet of one color whose opacity (0 to 1) is an expression of X and Y. */
function shade(width: number, height: number, color: string, opacity: string): string {
  const [r, g, b] = [1, 3, 5].map((at) => Math.floor(Number.parseInt(color.slice(at, at + 2), 16) * 0.5));
  return (
    `color=black:s=${width}x${height}:r=1:d=1,format=rgba,` +
    `geq=r=${r ?? 0}:g=${g ?? 0}:b=${b ?? 0}:a='235*${opacity}'`
  );
}

function texts(
  block: TextBlock,
  style: ArtworkStyle,
  place: { left: number; bottom: number; height: number },
): string {
  const lineHeight = Math.round(block.size * 1.12);
  const top = place.height - place.bottom - lineHeight * block.lines.length;
  const draw = (file: string, font: string, size: number, color: string, y: number) =>
    `drawtext=fontfile=${font}:textfile=${file}:expansion=none:fontsize=${size}:fontcolor=${color}` +
    `:x=${place.left}:y=${y}:shadowcolor=black@0.5:shadowx=2:shadowy=2`;
  return [
    draw('overline.txt', SMALL_FONT, 22, style.accent, top - 44),
    `drawbox=x=${place.left}:y=${top - 64}:w=72:h=5:color=${style.accent}:t=fill`,
    ...block.lines.map((_, index) =>
      draw(`line-${index}.txt`, style.font, block.size, 'white', top + index * lineHeight),
    ),
  ].join(',');
}
