import { runDetector } from '@plimsoll/detector-app';
import { sequenceOperator } from '@plimsoll/pipelines';

await runDetector('sequence-detector', sequenceOperator);
