export {
  decideRung,
  HIGH_BUFFER_SECONDS,
  LOW_BUFFER_SECONDS,
  MIN_SWITCH_INTERVAL_MS,
  SAFE_SHARE,
  START_SHARE,
} from './decide.ts';
export type { RungState } from './decide.ts';
export { addSample, noEstimate } from './throughput.ts';
export type { ThroughputEstimate, ThroughputSample } from './throughput.ts';
