export { cauchyP, harmonicMeanP } from './combine.js';
export { DEFAULT_FUSION, fusionConfig, type FusionConfig } from './fusion-config.js';
export { decodeFusionState, emptyFusionState, encodeFusionState, type FusionState } from './fusion-state.js';
export { fuse, openIncidents, type FusionStep } from './fusion.js';
export type { GroupKind } from './grouping.js';
export type { FindingReport, Incident, LevelReport, LevelState } from './incident.js';
export type { IncidentChange } from './revisions.js';
export type { FusedEvidence } from './signal.js';
export { weakThreshold } from './weak-signs.js';
