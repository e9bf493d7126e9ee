import { runDetector } from '@plimsoll/detector-app';
import { logLevelOperator } from '@plimsoll/pipelines';

await runDetector('log-detector', logLevelOperator);
