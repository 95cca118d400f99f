import { useState } from 'react';

/** Several downloads picked at once. */
export interface Picking {
  readonly isOn: boolean;
  /** Ids of downloads. */
  readonly picked: ReadonlySet<string>;
  start(): void;
  stop(): void;
  pick(downloadId: string, isPicked: boolean): void;
}

export function usePicking(): Picking {
  const [picked, setPicked] = useState<ReadonlySet<string> | null>(null);
  return {
    isOn: picked !== null,
    picked: picked ?? new Set(),
    start: () => setPicked(new Set()),
    stop: () => setPicked(null),
    pick: (downloadId, isPicked) =>
      setPicked((before) => {
        const after = new Set(before);
        if (isPicked) after.add(downloadId);
        else after.delete(downloadId);
        return after;
      }),
  };
}
