export interface Step {
  readonly step: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly detail: string;
}

/** Runs steps one after another; after one that failed the rest is not tried. */
export function createReport(onStep: (step: Step) => void) {
  const steps: Step[] = [];
  return {
    steps,
    get ok(): boolean {
      return steps.every((step) => step.ok);
    },
    async step(name: string, work: () => Promise<string>): Promise<void> {
      if (steps.some((step) => !step.ok)) return;
      const startedAtMs = performance.now();
      const done = await work().then(
        (detail) => ({ ok: true, detail }),
        (thrown: unknown) => ({
          ok: false,
          detail: thrown instanceof Error ? thrown.message : String(thrown),
        }),
      );
      const step = { step: name, ...done, ms: Math.round(performance.now() - startedAtMs) };
      steps.push(step);
      onStep(step);
    },
  };
}
