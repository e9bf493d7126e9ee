export { WEB, webDetector } from './web-detector.js';
export { webLearner } from './web-learner.js';
export type { WebModel } from './web-model.js';
export type { WebState } from './web-state.js';
