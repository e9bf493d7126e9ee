export { DEFAULT_SEQUENCE_OPTIONS } from './options.js';
export { sequenceDetector } from './sequence-detector.js';
export { sequenceLearner, SequenceLearner } from './sequence-learner.js';
export { SequenceProfile } from './sequence-model.js';
//# sourceMappingURL=index.js.map