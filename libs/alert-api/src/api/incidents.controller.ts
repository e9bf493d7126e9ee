import { Controller, Get, Inject, Post, UseFilters, UseGuards } from '@nestjs/common';
import { AttackPath, MAX_DECISION_NUMBER } from '@plimsoll/contracts';
import type { Decision, IncidentFilter, IncidentRecord } from '@plimsoll/incidents';
import { decisionAlert, decisionRecord } from '@plimsoll/pipelines';
import { z } from 'zod';

import type { Caller } from './access-tokens.js';
import { AccessGuard, From } from './access.guard.js';
import { API_PARTS } from './injection.js';
import { Input, Operation, type InputOf, type OperationSpec } from './operation.js';
import { audit, type ApiParts } from './parts.js';
import { ProblemError, ProblemFilter } from './problem.js';
import {
  detailOf,
  GivenTime,
  IncidentDetail,
  IncidentId,
  IncidentSummary,
  PageStart,
  State,
  Status,
  summaryOf,
  Text,
} from './views.js';

const listIncidents = {
  id: 'listIncidents',
  summary: 'Incidents, last seen first',
  role: 'viewer',
  query: z.strictObject({
    application: Text(256).optional(),
    path: AttackPath.optional(),
    state: State.optional(),
    status: Status.optional(),
    min_severity: z.coerce.number().int().min(1).max(6).optional(),
    /** In the title or a principal's name. */
    text: Text(128).optional(),
    from: GivenTime.optional(),
    to: GivenTime.optional(),
    limit: z.coerce.number().int().min(1).max(100).default(50),
    /** `next` of the page before. */
    after: PageStart.optional(),
  }),
  response: z.strictObject({ incidents: z.array(IncidentSummary), next: z.string().optional() }),
} as const satisfies OperationSpec;

const getIncident = {
  id: 'getIncident',
  summary: 'One incident with its evidence and history',
  role: 'viewer',
  params: z.strictObject({ id: IncidentId }),
  response: IncidentDetail,
  problems: [404],
} as const satisfies OperationSpec;

const setStatus = {
  id: 'setIncidentStatus',
  summary: 'Decide about an incident; benign feeds what is learned next',
  role: 'analyst',
  params: z.strictObject({ id: IncidentId }),
  body: z.strictObject({ status: Status, note: z.string().max(2_000).default('') }),
  response: IncidentDetail,
  problems: [404, 409, 503],
} as const satisfies OperationSpec;

const setStatuses = {
  id: 'setIncidentStatuses',
  summary: 'Decide about several incidents alike; those that are not known are named, the others decided',
  role: 'analyst',
  body: z.strictObject({
    ids: z.array(IncidentId).min(1).max(200),
    status: Status,
    note: z.string().max(2_000).default(''),
  }),
  response: z.strictObject({ incidents: z.array(IncidentSummary), unknown: z.array(IncidentId) }),
  problems: [409, 503],
} as const satisfies OperationSpec;

/** Incidents: read them, decide about them. */
@Controller('api/v1/incidents')
@UseGuards(AccessGuard)
@UseFilters(ProblemFilter)
export class IncidentsController {
  constructor(@Inject(API_PARTS) private readonly parts: ApiParts) {}

  @Get()
  @Operation(listIncidents)
  async list(@Input() { query }: InputOf<typeof listIncidents>): Promise<z.infer<typeof listIncidents.response>> {
    const { incidents } = this.parts;
    const filter: IncidentFilter = {
      ...(query.application === undefined ? {} : { application: query.application }),
      ...(query.path === undefined ? {} : { path: query.path }),
      ...(query.state === undefined ? {} : { state: query.state }),
      ...(query.status === undefined ? {} : { status: query.status }),
      ...(query.min_severity === undefined ? {} : { minSeverity: query.min_severity }),
      ...(query.text === undefined ? {} : { text: query.text }),
      ...(query.from === undefined ? {} : { fromMs: Date.parse(query.from) }),
      ...(query.to === undefined ? {} : { toMs: Date.parse(query.to) }),
    };
    const page = await incidents.list(filter, query.limit, query.after);
    const suppressions = await incidents.suppressions();
    const shown = page.incidents.flatMap((record) => summaryOf(record, suppressions) ?? []);
    return { incidents: shown, ...(page.next === undefined ? {} : { next: page.next }) };
  }

  @Get(':id')
  @Operation(getIncident)
  async get(@Input() { params }: InputOf<typeof getIncident>): Promise<IncidentDetail> {
    return this.detail(await this.record(params.id));
  }

  @Post(':id/status')
  @Operation(setStatus)
  async decide(@Input() { params, body }: InputOf<typeof setStatus>, @From() caller: Caller): Promise<IncidentDetail> {
    return this.detail(await this.decideOne(await this.record(params.id), body, caller));
  }

  @Post('status')
  @Operation(setStatuses)
  async decideAll(
    @Input() { body }: InputOf<typeof setStatuses>,
    @From() caller: Caller,
  ): Promise<z.infer<typeof setStatuses.response>> {
    const decided: IncidentSummary[] = [];
    const missing: string[] = [];
    const suppressions = await this.parts.incidents.suppressions();
    for (const id of new Set(body.ids)) {
      const record = await this.parts.incidents.get(id);
      const after = record?.alert === undefined ? undefined : await this.decideOne(record, body, caller);
      const summary = after && summaryOf(after, suppressions);
      if (summary === undefined) missing.push(id);
      else decided.push(summary);
    }
    return { incidents: decided, unknown: missing };
  }

  private async decideOne(
    { id, alert, decisions }: IncidentRecord,
    { status, note }: { readonly status: Decision['status']; readonly note: string },
    caller: Caller,
  ): Promise<IncidentRecord> {
    const { incidents, log, clock } = this.parts;
    if (alert === undefined) throw unknown(id);
    const sequence = (decisions[0]?.sequence ?? 0) + 1;
    if (sequence > MAX_DECISION_NUMBER)
      throw new ProblemError(409, 'conflict', `${MAX_DECISION_NUMBER} decisions were made about ${id}`);
    const decision: Decision = {
      status,
      by: caller.name,
      at_ms: clock.nowMs(),
      note,
      sequence,
    };
    await audit(this.parts, caller, {
      action: 'incident.status',
      target: id,
      detail: `${status}: ${note}`.slice(0, 1_024),
    });
    await log.publish([decisionRecord(alert, decision)]);
    // The projection will bring it too; taken in here, the next question already sees it.
    return incidents.apply(decisionAlert(alert, decision));
  }

  private async record(id: string): Promise<IncidentRecord> {
    const record = await this.parts.incidents.get(id);
    if (record === undefined) throw unknown(id);
    return record;
  }

  private async detail(record: IncidentRecord): Promise<IncidentDetail> {
    const detail = detailOf(record, await this.parts.incidents.suppressions());
    if (detail === undefined) throw unknown(record.id);
    return detail;
  }
}

function unknown(id: string): ProblemError {
  return new ProblemError(404, 'not-found', `there is no incident ${id}`);
}
