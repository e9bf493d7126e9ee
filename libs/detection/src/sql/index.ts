export { SQL, sqlDetector } from './sql-detector.js';
export { sqlLearner } from './sql-learner.js';
export type { SqlModel } from './sql-model.js';
export type { SqlState } from './sql-state.js';
