export { ArrivalBound, MAX_AHEAD_US } from './collect/arrival-bound.js';
export { CallBatcher, DEFAULT_BATCH_LIMITS, type BatchLimits } from './collect/call-batcher.js';
export {
  CollectorPipeline,
  messageRecord,
  messageTimeUs,
  type CollectorMessage,
  type WhereOf,
} from './collect/collector-pipeline.js';
export { DetectorModels } from './detect/detector-models.js';
export { detectorOperator, verdictRecord } from './detect/detector-operator.js';
export { progressRecords } from './collect/progress-records.js';
export { StreamClock } from './collect/stream-clock.js';
export { followingProgress } from './detect/following-progress.js';
export { fusionOperator } from './alert/fusion-pipeline.js';
export { alertOf, alertRecord, PRODUCT_VERSION } from './alert/incident-alert.js';
export { descriptionOf, levelWords, titleOf } from './alert/incident-words.js';
export { ScoringPair, type ModelPair, type PairState } from './detect/scoring-pair.js';
export { logOperator, logPart } from './detect/log-operator.js';
export { LearningCourses } from './learn/learning-courses.js';
export { ProfileBuilder, type LearnerOf, type Learners } from './learn/profile-builder.js';
export { profileReport, ProfileReportProjection, profileWatchOperator, REPORT_GROUP } from './learn/profile-watch.js';
export { checkProfile, checkStored } from './detect/profile-check.js';
export {
  fixedProfiles,
  storedProfiles,
  type ProfileFault,
  type ProfileInForce,
  type ProfileSource,
  type StoredProfiles,
} from './detect/profile-source.js';
export {
  applicationLearners,
  applicationOperators,
  frequencyOperator,
  levelOf,
  logLevelOperator,
  LEVELS_OF,
  READERS,
  sequenceOperator,
  type Start,
} from './services.js';
export { watchRecord, watchSubjectId, type WatchChange } from './alert/watch-record.js';
export { allowedAlerts } from './alert/allowed-alerts.js';
export { decisionAlert, decisionRecord, findingsOf } from './alert/incident-decision.js';
export {
  ALERTS_SOURCE,
  IncidentProjection,
  SNAPSHOTS_SOURCE,
  type IncidentSource,
} from './alert/incident-projection.js';
export { readRange, type OffsetRange, type RangeReading, type Timed } from './learn/ordered-range.js';
export type { IncidentSpan } from './learn/incident-spans.js';
export type { GroupProgress, LearningStage } from './learn/group-progress.js';
export {
  learnFromTopics,
  type TopicLearned,
  type TopicLearningParts,
  type TopicLearningPlan,
  type TopicLearningProgress,
} from './learn/topic-learning.js';
