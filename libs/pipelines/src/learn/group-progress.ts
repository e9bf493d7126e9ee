import type { LearningProgress } from '@plimsoll/detection';

/** What messages are used for. */
export type LearningStage = 'learning' | 'calibrating';

/** How far one detector has come with one workload, for people. */
export interface GroupProgress extends LearningProgress {
  readonly name: string;
  readonly application: string;
  readonly workload: string;
  readonly stage: LearningStage;
}
