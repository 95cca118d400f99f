export { languageMatch } from './language.ts';
export { propose, selectionOf } from './propose.ts';
export { sizeOf, sumOfSizes } from './size.ts';
export { fits, shortfallBytes } from './space.ts';
