export { type Baseline, type FittedBaseline, windowsOf } from './baseline.js';
export { compositionDistance, isolationForest } from './composition.js';
export { bosc, type CallDecisions, Stide, stide, unseenCall } from './stide.js';
export { ALWAYS, eventRate, NEVER } from './trivial.js';
//# sourceMappingURL=index.d.ts.map