export { MAX_P_THRESHOLD, pThreshold } from './budget.js';
export { Calibration, fitCalibration, MIN_P_VALUE, pValue, scoreAt } from './calibration.js';
export { blockMaxima, extremalIndex } from './dependence.js';
export { driftReport, startDrift, updateDrift } from './drift.js';
export { fitTail, Tail, tailProbability, tailScore } from './tail.js';
//# sourceMappingURL=index.js.map