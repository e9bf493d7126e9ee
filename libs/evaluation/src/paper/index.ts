export { PAPER_CHOICES } from './choices.js';
export { paperBlocks } from './paper-blocks.js';
export { paperStudy, type PaperReport } from './paper-study.js';
export type { WindowScore } from './window-table.js';
