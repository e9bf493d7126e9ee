import { randomUUID } from 'node:crypto';

import type { AuditEntry, IncidentStore } from '@plimsoll/incidents';
import type { Clock, EventLog, Health, ProfileStore } from '@plimsoll/streaming';

import type { PipelineWatch } from '../pipeline-watch.js';
import type { Caller } from './access-tokens.js';

/** A part of the pipeline whose health the interface reports. */
export interface HealthOf {
  readonly name: string;
  readonly check: () => Promise<Health>;
}

/** What the controllers work with. */
export interface ApiParts {
  readonly incidents: IncidentStore;
  readonly profiles: ProfileStore;
  readonly log: Pick<EventLog, 'publish'>;
  readonly clock: Clock;
  readonly dependencies: readonly HealthOf[];
  /** Who watches which workload. */
  readonly watch: Pick<PipelineWatch, 'expect' | 'workloads' | 'lag'>;
}

/** Writes a change into the audit trail, before it is answered as done. */
export async function audit(
  { incidents, clock }: Pick<ApiParts, 'incidents' | 'clock'>,
  { name, role }: Caller,
  change: Pick<AuditEntry, 'action' | 'target' | 'detail'>,
): Promise<void> {
  await incidents.audit({ id: randomUUID(), atMs: clock.nowMs(), by: name, role, ...change });
}
