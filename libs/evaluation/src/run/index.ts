export { compareRuns, type Comparison, type Run } from './compare-runs.js';
export { comparisonBlocks } from './comparison-blocks.js';
export { episodeContents, type EpisodeContents } from './episode-contents.js';
export { checkFrozen, checkPrevalence, checkSplit, choicesHash } from './leakage.js';
export { runManifest, type RunManifest } from './manifest.js';
