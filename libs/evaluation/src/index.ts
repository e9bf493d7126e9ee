export { scoreEpisode, shifted, type Action, type AlertEvidence, type EpisodeScore } from './action-scoring.js';
export { splitEpisodes, type EpisodeSplit } from './episode-split.js';
export { episodeBootstrap, f1, precisionAt, proportion, seededRandom, type Proportion } from './intervals.js';
export { actionsOf, findRecordings, type RecordingAt } from './recording-folder.js';
