import { kill } from './kill/suite.ts';
import type { Suite } from './suite.ts';

export const suites: readonly Suite[] = [kill];
