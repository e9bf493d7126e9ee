export { PROCESS, processDetector } from './process-detector.js';
export { processLearner } from './process-learner.js';
export { PROCESS_SHARE, type ProcessModel } from './process-model.js';
export type { ProcessState } from './process-state.js';
