export { SQL, sqlDetector } from './sql-detector.js';
export { SqlLearner } from './sql-learner.js';
//# sourceMappingURL=index.js.map