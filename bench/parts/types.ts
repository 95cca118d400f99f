/** One measured run of one contestant. Every value has its unit in its name: `megabytesPerSecond`. */
export interface Run {
  readonly contestant: string;
  readonly values: Readonly<Record<string, number>>;
}

/** What a bench found; `bench/main.ts` adds its name and the machine. */
export interface Findings {
  /** Raw, in the order in which they ran. */
  readonly runs: readonly Run[];
  /** "<contestant>.<value>" → median over its runs. */
  readonly medians: Readonly<Record<string, number>>;
  /** Peer → ours ÷ peer, of medians. */
  readonly ratios: Readonly<Record<string, number>>;
}

/** What is to be reached, and where in the findings it stands. */
export interface Reach {
  readonly what: string;
  readonly found: number | undefined;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface BenchOptions {
  /** How often each contestant runs. */
  readonly runs: number;
  /** An empty folder of this bench's own, removed afterwards. Its disk is what is measured. */
  readonly folder: string;
  /** Where a bench does something at random: how often, and from which batch on. */
  readonly sequences: number;
  readonly seed: number;
  /** One line of progress for whoever waits. */
  say(line: string): void;
}

/** One benchmark. A module in `bench/benches/` exports one as `bench`, and `bench/benches.ts` lists it. */
export interface Bench {
  readonly about: string;
  /** Programs that must be there; a missing one is named and nothing runs. */
  readonly programs: readonly string[];
  /** Why it cannot run on this machine, whatever is installed. */
  readonly impossible?: string | undefined;
  run(options: BenchOptions): Promise<Findings>;
  reaches(findings: Findings): Reach[];
}
