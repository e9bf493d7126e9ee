export { blockMaxima, Calibration, driftReport, extremalIndex, fitCalibration, MAX_P_THRESHOLD, MIN_P_VALUE, pThreshold, pValue, scoreAt, startDrift, updateDrift, } from './calibration/index.js';
export { budgetShares, cauchyP, decodeFusionState, DEFAULT_FUSION, emptyFusionState, encodeFusionState, fuse, fusionConfig, harmonicMeanP, openIncidents, weakThreshold, } from './fusion/index.js';
export { K8S_AUDIT, k8sAuditDetector } from './k8s/k8s-audit-detector.js';
export { K8sAuditLearner } from './k8s/k8s-audit-learner.js';
export { crossCalibrated } from './calibration/cross-calibration.js';
export { DEFAULT_SEQUENCE_OPTIONS, sequenceDetector, sequenceLearner, SequenceLearner, SequenceProfile, } from './sequence/index.js';
export { DEFAULT_FREQUENCY_OPTIONS, frequencyDetector, frequencyLearner, FrequencyLearner, FrequencyProfile, } from './frequency/index.js';
export { ALWAYS, bosc, compositionDistance, eventRate, isolationForest, NEVER, Stide, stide, unseenCall, windowsOf, } from './baselines/index.js';
export { SQL, sqlDetector, SqlLearner } from './sql/index.js';
export { WEB, webDetector, WebLearner } from './web/index.js';
export { benignKeyGroup, callsOf, developmentKeyGroup, publishedKeyGroup, randomKeyGroup } from './filtering/index.js';
//# sourceMappingURL=index.js.map