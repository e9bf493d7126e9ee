export { CallBatcher, DEFAULT_BATCH_LIMITS, type BatchLimits } from './call-batcher.js';
export {
  CollectorPipeline,
  messageRecord,
  messageTimeUs,
  type CollectorMessage,
  type PlaceOf,
} from './collector-pipeline.js';
export { DetectorModels } from './detector-models.js';
export { detectorOperator, verdictRecord } from './detector-operator.js';
export { EmbeddedTopology, type EmbeddedOutput, type Start } from './embedded.js';
export { fusionOperator, streamTimeMark } from './fusion-pipeline.js';
export { alertOf, alertRecord, PRODUCT_VERSION } from './incident-alert.js';
export { descriptionOf, levelWords, titleOf } from './incident-words.js';
export { JudgingPair, type ModelPair, type PairState } from './judging-pair.js';
export { logOperator, logPart } from './log-operator.js';
export { ProfileBuilder, type LearnerOf, type Learners } from './profile-builder.js';
export { profileReport, ProfileReportProjection, profileWatchOperator, REPORT_GROUP } from './profile-watch.js';
export {
  fixedProfiles,
  storedProfiles,
  type ProfileInForce,
  type ProfileSource,
  type StoredProfiles,
} from './profile-source.js';
export {
  applicationLearners,
  applicationOperators,
  frequencyOperator,
  logLevelOperator,
  sequenceOperator,
} from './services.js';
export { decisionAlert, decisionRecord, findingsOf } from './incident-decision.js';
export { ALERTS_SOURCE, IncidentProjection, SNAPSHOTS_SOURCE, type IncidentSource } from './incident-projection.js';
export { readRange, type OffsetRange, type RangeReading, type Timed } from './ordered-range.js';
export { StreamLearning, type GroupProgress, type IncidentSpan, type LearningStage } from './stream-learning.js';
export {
  learnFromTopics,
  type TopicLearned,
  type TopicLearningParts,
  type TopicLearningPlan,
  type TopicLearningProgress,
} from './topic-learning.js';
