import { runDetector } from '@plimsoll/detector-app';
import { frequencyOperator } from '@plimsoll/pipelines';

await runDetector('frequency-detector', frequencyOperator);
