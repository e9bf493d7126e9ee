export { asIfNow } from './as-if-now.js';
export { asTheyCome } from './as-they-come.js';
export { runDetection, type DetectionRun, type RunOutput } from './detect-run.js';
export { EMBEDDED_PARTITIONS, EmbeddedTopology, type EmbeddedOutput } from './embedded.js';
export { learnLive } from './learn-live.js';
export { learnProfiles, type Learned, type LearningPlan } from './learn-profiles.js';
export { suspectWords, type Suspects } from './prior-suspects.js';
export { findRecordings, type RecordingAt } from './recording-folder.js';
export { firstEventTime, live, replay, sourceAt, sourcesOf, type ReplaySource } from './replay.js';
