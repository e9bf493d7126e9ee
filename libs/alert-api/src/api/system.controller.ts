import { Controller, Get, Inject, UseFilters, UseGuards } from '@nestjs/common';
import { US_PER_MS } from '@plimsoll/contracts';
import type { IncidentRecord } from '@plimsoll/incidents';
import { z } from 'zod';

import { AccessGuard } from './access.guard.js';
import { API_PARTS } from './injection.js';
import { Input, Operation, type InputOf, type OperationSpec } from './operation.js';
import type { ApiParts } from './parts.js';
import { ProblemFilter } from './problem.js';
import { iso } from './views.js';
import { activeSlots } from '../watch-teller.js';

/** Open incidents that the list of workloads counts at most. */
const MAX_COUNTED = 1_000;
const PAGE = 100;

const getHealth = {
  id: 'getHealth',
  summary: 'What the service needs, and whether it answers',
  role: 'viewer',
  response: z.strictObject({
    ready: z.boolean(),
    parts: z.array(z.strictObject({ name: z.string(), ready: z.boolean(), reason: z.string().optional() })),
    /** Of the latest change of an incident. */
    sequence: z.number().int(),
    now: z.iso.datetime(),
  }),
} as const satisfies OperationSpec;

const listWorkloads = {
  id: 'listWorkloads',
  summary: 'Workloads with their detectors and open incidents',
  role: 'viewer',
  response: z.strictObject({
    workloads: z.array(
      z.strictObject({
        application: z.string(),
        workload: z.string(),
        detectors: z.array(
          z.strictObject({ detector: z.string(), active: z.string().optional(), shadow: z.string().optional() }),
        ),
        open_incidents: z.number().int(),
      }),
    ),
    /** Whether there are more open incidents than were counted. */
    truncated: z.boolean(),
  }),
} as const satisfies OperationSpec;
type Workload = z.infer<typeof listWorkloads.response>['workloads'][number];

const getPipeline = {
  id: 'getPipeline',
  summary: 'Which level watches each workload, which is silent and why, and how far fusion is behind',
  role: 'viewer',
  response: z.strictObject({
    workloads: z.array(
      z.strictObject({
        application: z.string(),
        workload: z.string(),
        /** How far the application's events have come; absent where nothing was heard of it. */
        event_time: z.iso.datetime().optional(),
        /** What every source and detector has reached: what is half an hour behind it comes too late. */
        watermark: z.iso.datetime().optional(),
        /** Times of the application's live sources that were ahead of their arrival, and were set to it. */
        skewed: z.number().int(),
        levels: z.array(
          z.strictObject({
            level: z.string(),
            state: z.enum(['scoring', 'gap', 'insufficient', 'warming', 'silent', 'quiet', 'unusable', 'absent']),
            detectors: z.array(z.string()),
            /** Active profiles that their detector cannot score by; all of the level's where its state is `unusable`. */
            faults: z.array(z.strictObject({ detector: z.string(), version: z.string(), reason: z.string() })),
            last_window: z.iso.datetime().optional(),
            /** Windows of the last five minutes of event time, by what became of them. */
            windows: z.record(z.string(), z.number().int()),
          }),
        ),
      }),
    ),
    /** Verdicts not yet fused, by partition, of those that the replica that answers has. */
    lag: z.array(
      z.strictObject({
        task: z.string(),
        records: z.number().int(),
        /** Verdicts that came too late to be joined, since the service started. */
        late: z.number().int(),
      }),
    ),
  }),
} as const satisfies OperationSpec;

const listAudit = {
  id: 'listAuditTrail',
  summary: 'Changes that people made, the latest first',
  role: 'admin',
  query: z.strictObject({ limit: z.coerce.number().int().min(1).max(1_000).default(100) }),
  response: z.strictObject({
    entries: z.array(
      z.strictObject({
        id: z.string(),
        at: z.iso.datetime(),
        by: z.string(),
        role: z.string(),
        /** Who that is at the identity provider, where somebody signed in there. */
        account: z.string().optional(),
        action: z.string(),
        target: z.string(),
        detail: z.string(),
      }),
    ),
  }),
} as const satisfies OperationSpec;

/** The system itself: health, workloads, who did what. */
@Controller('api/v1')
@UseGuards(AccessGuard)
@UseFilters(ProblemFilter)
export class SystemController {
  constructor(@Inject(API_PARTS) private readonly parts: ApiParts) {}

  @Get('health')
  @Operation(getHealth)
  async health(): Promise<z.infer<typeof getHealth.response>> {
    const { dependencies, incidents, clock } = this.parts;
    const parts = await Promise.all(
      dependencies.map(async ({ name, check }) => {
        const health = await check();
        return { name, ...health };
      }),
    );
    const sequence = await incidents.latestSequence();
    return { ready: parts.every(({ ready }) => ready), parts, sequence, now: iso(clock.nowMs()) };
  }

  @Get('pipeline')
  @Operation(getPipeline)
  async pipeline(): Promise<z.infer<typeof getPipeline.response>> {
    const { watch, profiles } = this.parts;
    watch.expect(activeSlots(await profiles.pointers()));
    const time = (timeUs: number): string => iso(Math.floor(timeUs / US_PER_MS));
    return {
      workloads: watch.workloads().map(({ application, workload, applicationUs, watermarkUs, skewed, levels }) => ({
        application,
        workload,
        ...(applicationUs !== undefined && { event_time: time(applicationUs) }),
        ...(watermarkUs !== undefined && { watermark: time(watermarkUs) }),
        skewed,
        levels: levels.map(({ lastUs, ...level }) => ({
          ...level,
          detectors: [...level.detectors],
          faults: [...level.faults],
          ...(lastUs === undefined ? {} : { last_window: time(lastUs) }),
        })),
      })),
      lag: [...watch.lag()],
    };
  }

  @Get('workloads')
  @Operation(listWorkloads)
  async workloads(): Promise<z.infer<typeof listWorkloads.response>> {
    const known = new Map<string, Workload>();
    const at = (application: string, workload: string): Workload => {
      const key = JSON.stringify([application, workload]);
      let entry = known.get(key);
      if (entry === undefined) known.set(key, (entry = { application, workload, detectors: [], open_incidents: 0 }));
      return entry;
    };
    for (const { slot, active, shadow } of await this.parts.profiles.pointers()) {
      at(slot.application, slot.workload).detectors.push({
        detector: slot.detector,
        ...(active === undefined ? {} : { active }),
        ...(shadow === undefined ? {} : { shadow }),
      });
    }
    const { open, truncated } = await this.openIncidents();
    for (const { alert } of open) {
      for (const workload of alert?.unmapped.workloads ?? []) {
        at(alert?.unmapped.application ?? '', workload).open_incidents += 1;
      }
    }
    const workloads = [...known.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, workload]) => workload);
    return { workloads, truncated };
  }

  @Get('audit')
  @Operation(listAudit)
  async audit(@Input() { query }: InputOf<typeof listAudit>): Promise<z.infer<typeof listAudit.response>> {
    const entries = await this.parts.incidents.auditTrail(query.limit);
    return { entries: entries.map(({ atMs, ...entry }) => ({ ...entry, at: iso(atMs) })) };
  }

  private async openIncidents(): Promise<{ open: readonly IncidentRecord[]; truncated: boolean }> {
    const open: IncidentRecord[] = [];
    let next: string | undefined;
    do {
      const page = await this.parts.incidents.list({ state: 'open' }, PAGE, next);
      open.push(...page.incidents);
      next = page.next;
    } while (next !== undefined && open.length < MAX_COUNTED);
    return { open, truncated: next !== undefined };
  }
}
