export { DEFAULT_SEQUENCE_OPTIONS, type SequenceOptions } from './options.js';
export { sequenceDetector } from './sequence-detector.js';
export { sequenceLearner, SequenceLearner } from './sequence-learner.js';
export { type SequenceModel, SequenceProfile } from './sequence-model.js';
export type { SequenceState } from './sequence-state.js';
//# sourceMappingURL=index.d.ts.map