export { cauchyP, harmonicMeanP } from './combine.js';
export { DEFAULT_FUSION, fusionConfig } from './fusion-config.js';
export { decodeFusionState, emptyFusionState, encodeFusionState } from './fusion-state.js';
export { fuse, openIncidents } from './fusion.js';
export { budgetShares, weakThreshold } from './weak-signs.js';
//# sourceMappingURL=index.js.map