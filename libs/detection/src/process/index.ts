export { processDetector } from './process-detector.js';
export { processLearner } from './process-learner.js';
export { PROCESS_SHARE } from './process-model.js';
