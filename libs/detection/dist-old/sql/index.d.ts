export { SQL, sqlDetector } from './sql-detector.js';
export { SqlLearner } from './sql-learner.js';
export type { SqlModel } from './sql-model.js';
export type { SqlState } from './sql-state.js';
//# sourceMappingURL=index.d.ts.map