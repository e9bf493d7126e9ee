export type { Budget, Detector, Learner } from './detector.js';
