export { type Allowance, MAX_P_THRESHOLD, pThreshold } from './budget.js';
export { Calibration, type CalibrationOptions, fitCalibration, MIN_P_VALUE, pValue, scoreAt } from './calibration.js';
export { blockMaxima, extremalIndex } from './dependence.js';
export { countPValue, type Drift, driftOf, emptyCounts, lowShare } from './drift.js';
export { simesP } from './simes.js';
