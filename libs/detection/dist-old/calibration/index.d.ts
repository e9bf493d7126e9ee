export { type Allowance, MAX_P_THRESHOLD, pThreshold } from './budget.js';
export { Calibration, type CalibrationOptions, fitCalibration, MIN_P_VALUE, pValue, scoreAt } from './calibration.js';
export { blockMaxima, extremalIndex } from './dependence.js';
export { type DriftReport, driftReport, type DriftState, startDrift, updateDrift } from './drift.js';
export { fitTail, Tail, tailProbability, tailScore } from './tail.js';
//# sourceMappingURL=index.d.ts.map