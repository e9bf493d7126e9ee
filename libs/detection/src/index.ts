export type { Budget, Detector, Learner } from './detector.js';
export {
  type Allowance,
  blockMaxima,
  Calibration,
  type CalibrationOptions,
  type DriftReport,
  driftReport,
  type DriftState,
  extremalIndex,
  fitCalibration,
  MAX_P_THRESHOLD,
  MIN_P_VALUE,
  pThreshold,
  pValue,
  scoreAt,
  startDrift,
  updateDrift,
} from './calibration/index.js';
