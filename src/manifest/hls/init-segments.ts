import { INIT_INDEX } from '../../shared/presentation.ts';
import type { Segment } from '../../shared/presentation.ts';

type InitFile = Pick<Segment, 'path' | 'byteRange' | 'encryption'>;

/**
 * The init segments of a rendition, each once, however often the playlist comes back to it. One that no segment
 * needs is not kept.
 */
export class InitSegments {
  readonly all: Segment[] = [];
  readonly #indexes = new Map<string, number>();
  #next: InitFile | undefined;
  #index: number | undefined;

  /** From now on segments need this one. */
  use(file: InitFile): void {
    this.#next = file;
    this.#index = undefined;
  }

  /** Index of the one that a segment needs here; undefined before the first. */
  get index(): number | undefined {
    if (this.#next && this.#index === undefined) this.#index = this.#indexOf(this.#next);
    return this.#index;
  }

  #indexOf(file: InitFile): number {
    const { path, byteRange, encryption } = file;
    const key = JSON.stringify([path, byteRange, encryption]);
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    const index = INIT_INDEX - this.all.length;
    this.#indexes.set(key, index);
    this.all.push({ ...file, index, startSeconds: 0, durationSeconds: 0 });
    return index;
  }
}
