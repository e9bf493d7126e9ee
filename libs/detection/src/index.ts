export { BUDGET_SHARES } from './budget-shares.js';
export {
  CALL_DETECTORS,
  EVENT_DETECTORS,
  type CallDetectorRow,
  type EventDetectorRow,
  type EventKind,
  type LearnerScope,
} from './detectors.js';
export type { Budget, Detector, Learner, LearningProgress } from './detector.js';
export {
  type Allowance,
  blockMaxima,
  Calibration,
  type CalibrationOptions,
  countPValue,
  type Drift,
  driftOf,
  extremalIndex,
  fitCalibration,
  MAX_P_THRESHOLD,
  MIN_P_VALUE,
  pThreshold,
  pValue,
  scoreAt,
  simesP,
} from './calibration/index.js';
export {
  cauchyP,
  decodeFusionState,
  DEFAULT_FUSION,
  emptyFusionState,
  encodeFusionState,
  type FindingReport,
  fuse,
  type FusedEvidence,
  fusionConfig,
  type FusionConfig,
  type Reader,
  type FusionState,
  type FusionStep,
  type GroupKind,
  harmonicMeanP,
  type Incident,
  type IncidentChange,
  type LevelReport,
  type LevelState,
  openIncidents,
  weakThreshold,
} from './fusion/index.js';
export { K8S_AUDIT, k8sAuditDetector } from './k8s/k8s-audit-detector.js';
export { k8sAuditLearner } from './k8s/k8s-audit-learner.js';
export type { K8sModel } from './k8s/model.js';
export type { K8sState } from './k8s/state.js';
export { crossCalibrated, type FoldLearner } from './calibration/cross-calibration.js';
export {
  DEFAULT_SEQUENCE_OPTIONS,
  sequenceDetector,
  sequenceLearner,
  SequenceLearner,
  type SequenceModel,
  type SequenceOptions,
  SequenceProfile,
  type SequenceState,
} from './sequence/index.js';
export {
  DEFAULT_FREQUENCY_OPTIONS,
  frequencyDetector,
  frequencyLearner,
  FrequencyLearner,
  type FrequencyModel,
  type FrequencyOptions,
  FrequencyProfile,
  type FrequencyState,
} from './frequency/index.js';
export {
  ALWAYS,
  type Baseline,
  bosc,
  compositionDistance,
  eventRate,
  type FittedBaseline,
  isolationForest,
  NEVER,
  Stide,
  stide,
  unseenCall,
  VOLUME,
  windowsOf,
} from './baselines/index.js';
export { SQL, sqlDetector, sqlLearner, type SqlModel, type SqlState } from './sql/index.js';
export { WEB, webDetector, webLearner, type WebModel, type WebState } from './web/index.js';
export {
  benignKeyGroup,
  callsOf,
  developmentKeyGroup,
  publishedKeyGroup,
  publishedSets,
  randomKeyGroup,
} from './filtering/index.js';
export {
  decodeProfileHealth,
  encodeProfileHealth,
  type ProfileHealth,
  startProfileHealth,
  watchProfile,
} from './profile-health/index.js';
export { MAX_PARTS, PartedLearning } from './learning/parted-learning.js';
