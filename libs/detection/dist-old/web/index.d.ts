export { WEB, webDetector } from './web-detector.js';
export { WebLearner } from './web-learner.js';
export type { WebModel } from './web-model.js';
export type { WebState } from './web-state.js';
//# sourceMappingURL=index.d.ts.map