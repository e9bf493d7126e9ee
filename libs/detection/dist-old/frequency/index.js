export { frequencyDetector } from './frequency-detector.js';
export { frequencyLearner, FrequencyLearner } from './frequency-learner.js';
export { FrequencyProfile } from './frequency-model.js';
export { DEFAULT_FREQUENCY_OPTIONS } from './options.js';
//# sourceMappingURL=index.js.map