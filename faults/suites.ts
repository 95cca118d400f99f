import { calls } from './disk/calls.ts';
import { disk } from './disk/suite.ts';
import { kill } from './kill/suite.ts';
import { license } from './license/suite.ts';
import { oca, ocaProcesses } from './oca/suite.ts';
import { rot } from './rot/suite.ts';
import type { Suite } from './suite.ts';

export const suites: readonly Suite[] = [kill, oca, ocaProcesses, disk, calls, rot, license];
