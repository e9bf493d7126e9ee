export { inheritedDecision, MAX_ABSORBED, standingFor } from './absorbed.js';
export { cardOf, facetsOf, type IncidentCard } from './incident-card.js';
export {
  cardMatches,
  cursorOf,
  facetsOfFilter,
  readCursor,
  suppressionOf,
  type IncidentFilter,
  type Suppression,
} from './incident-filter.js';
export {
  MAX_DECISIONS,
  MAX_INCIDENT_EVIDENCE,
  withAlert,
  type Decision,
  type IncidentRecord,
} from './incident-record.js';
export {
  DEFAULT_INCIDENT_LIMITS,
  MAX_AUDIT_ENTRIES,
  MAX_SUPPRESSIONS,
  type AuditEntry,
  type IncidentLimits,
  type IncidentPage,
  type IncidentStore,
} from './incident-store.js';
export { MemoryIncidentStore } from './memory-incident-store.js';
export { MemoryWatchStore } from './memory-watch-store.js';
export { reopeningDecision } from './reopened.js';
export { MAX_TOLD_LOSSES, type ToldLoss, type WatchStore } from './watch-store.js';
