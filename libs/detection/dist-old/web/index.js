export { WEB, webDetector } from './web-detector.js';
export { WebLearner } from './web-learner.js';
//# sourceMappingURL=index.js.map