export { estimateUnseen } from './estimate.ts';
export type { Sibling } from './estimate.ts';
export { availableIn, byDispensability, enoughOf, fitOf, missingFor } from './fit.ts';
export type { Space } from './fit.ts';
export { languageMatch } from './language.ts';
export { propose, selectionOf } from './propose.ts';
export { sizeOf, sumOfSizes } from './size.ts';
