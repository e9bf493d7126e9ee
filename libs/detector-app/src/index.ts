export { runDetector } from './run-detector.js';
