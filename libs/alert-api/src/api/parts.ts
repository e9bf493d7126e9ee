import { randomUUID } from 'node:crypto';

import type { AuditEntry, IncidentStore } from '@plimsoll/incidents';
import type { Clock, EventLog, Health, ProfileStore } from '@plimsoll/streaming';

import type { DeadLetterWatch } from '../dead-letter-watch.js';
import type { EvaluationResult } from '../evaluation-result.js';
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
  readonly deadLetters: Pick<DeadLetterWatch, 'letters' | 'counts' | 'unreadable'>;
  /** False alerts a day and application, in all and by level. */
  readonly allowed: { readonly total: number; readonly shares: Readonly<Record<string, number>> };
  /** What an evaluation measured, if one was given. */
  readonly evaluation?: EvaluationResult;
  /** Event streams that one holder may have open: tabs and tools of a person. Default 10. */
  readonly streamsOfHolder?: number;
}

/** Writes a change into the audit trail, before it is answered as done. */
export async function audit(
  { incidents, clock }: Pick<ApiParts, 'incidents' | 'clock'>,
  { name, role, account }: Caller,
  change: Pick<AuditEntry, 'action' | 'target' | 'detail'>,
): Promise<void> {
  await incidents.audit({
    id: randomUUID(),
    atMs: clock.nowMs(),
    by: name,
    role,
    ...(account !== undefined && { account }),
    ...change,
  });
}
