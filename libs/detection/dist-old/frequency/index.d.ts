export { frequencyDetector } from './frequency-detector.js';
export { frequencyLearner, FrequencyLearner } from './frequency-learner.js';
export { type FrequencyModel, FrequencyProfile } from './frequency-model.js';
export type { FrequencyState } from './frequency-state.js';
export { DEFAULT_FREQUENCY_OPTIONS, type FrequencyOptions } from './options.js';
//# sourceMappingURL=index.d.ts.map