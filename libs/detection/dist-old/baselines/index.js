export { windowsOf } from './baseline.js';
export { compositionDistance, isolationForest } from './composition.js';
export { bosc, Stide, stide, unseenCall } from './stide.js';
export { ALWAYS, eventRate, NEVER } from './trivial.js';
//# sourceMappingURL=index.js.map