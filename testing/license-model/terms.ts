/** What a license grants, in milliseconds where nothing else is said; 0: without end. */
export interface Terms {
  readonly canRenew: boolean;
  readonly license: number;
  readonly rental: number;
  readonly playback: number;
  readonly renewalDelay: number;
  readonly renewalRecovery: number;
  /** After issue; 0: at once. */
  readonly embargo: number;
  /** Seconds of watching. */
  readonly grace: number;
  readonly softRental: boolean;
  readonly softPlayback: boolean;
  /** Of the video; null: not known. */
  readonly duration: number | null;
}
