import { Controller, Get, Inject, Post, UseFilters, UseGuards } from '@nestjs/common';
import { AttackPath, MAX_DECISION_NUMBER } from '@plimsoll/contracts';
import {
  MAX_ABSORBED,
  standingFor,
  type Decision,
  type IncidentCard,
  type IncidentFilter,
  type IncidentRecord,
} from '@plimsoll/incidents';
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
  iso,
  PageStart,
  State,
  Status,
  summaryOf,
  Text,
} from './views.js';

const Filter = z.strictObject({
  application: Text(256).optional(),
  path: AttackPath.optional(),
  /** Without it, those that have become part of another are left out. */
  state: State.optional(),
  status: Status.optional(),
  /** `-`: nobody. */
  assignee: Text(128).optional(),
  workload: Text(256).optional(),
  /** Of a client. */
  address: Text(64).optional(),
  /** In the path of a page. */
  page: Text(256).optional(),
  min_severity: z.coerce.number().int().min(1).max(6).optional(),
  /** In the title, a principal's name, an address, a page, a finding or what was observed. */
  text: Text(128).optional(),
  /** Last seen in `[from, to)`. */
  from: GivenTime.optional(),
  to: GivenTime.optional(),
});

const listIncidents = {
  id: 'listIncidents',
  summary: 'Incidents, last seen first',
  role: 'viewer',
  query: Filter.extend({
    limit: z.coerce.number().int().min(1).max(500).default(50),
    /** `next` of the page before. */
    after: PageStart.optional(),
  }),
  response: z.strictObject({ incidents: z.array(IncidentSummary), next: z.string().optional() }),
} as const satisfies OperationSpec;

/** Whole incidents that a list holds at once: each may be some hundred kilobytes, its line is one. */
const RECORDS_AT_ONCE = 50;
/** Incidents that totals count at most, the last seen. */
const MAX_COUNTED = 10_000;
/** Parts that the time of the counted incidents is divided into. */
const BINS = 48;

const Counts = z.record(z.string(), z.number().int());

const countIncidents = {
  id: 'countIncidents',
  summary: 'How many incidents a filter finds, by what they are and over time',
  role: 'viewer',
  query: Filter,
  response: z
    .strictObject({
      incidents: z.number().int(),
      /** Whether there are more, which were not counted: older ones. */
      truncated: z.boolean(),
      path: Counts,
      status: Counts,
      application: Counts,
      workload: Counts,
      severity: Counts,
      /** By when they were last seen: `[at, at + width_ms)`, one after the other; none where there is no incident. */
      over_time: z.array(z.strictObject({ at: z.iso.datetime(), incidents: z.number().int() })),
      width_ms: z.number().int(),
    })
    .meta({ id: 'IncidentTotals' }),
} as const satisfies OperationSpec;

const getIncident = {
  id: 'getIncident',
  summary: 'One incident with its evidence and history',
  role: 'viewer',
  params: z.strictObject({ id: IncidentId }),
  response: IncidentDetail,
  problems: [404],
} as const satisfies OperationSpec;

/** What is left out stays as it is; one of the three is given. */
const Change = z.strictObject({
  status: Status.optional(),
  note: z.string().max(2_000).default(''),
  /** Empty: nobody. */
  assignee: z.string().max(128).optional(),
});

function refuseEmpty({ status, note, assignee }: z.output<typeof Change>): void {
  if (status !== undefined || note !== '' || assignee !== undefined) return;
  throw new ProblemError(400, 'bad-message', 'nothing is decided: give a status, a note or an assignee');
}

const setStatus = {
  id: 'setIncidentStatus',
  summary: 'Decide about an incident, or about the one that it has become part of; benign feeds what is learned next',
  role: 'analyst',
  params: z.strictObject({ id: IncidentId }),
  body: Change,
  response: IncidentDetail,
  problems: [404, 409, 503],
} as const satisfies OperationSpec;

const setStatuses = {
  id: 'setIncidentStatuses',
  summary: 'Decide about several incidents alike; those that are not known are named, the others decided',
  role: 'analyst',
  body: Change.extend({ ids: z.array(IncidentId).min(1).max(200) }),
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
    const filter = filterOf(query);
    const suppressions = await incidents.suppressions();
    const shown: IncidentSummary[] = [];
    let next = query.after;
    let left = query.limit;
    do {
      const page = await incidents.list(filter, Math.min(left, RECORDS_AT_ONCE), next);
      shown.push(...page.incidents.flatMap((record) => summaryOf(record, suppressions) ?? []));
      left -= page.incidents.length;
      next = page.next;
    } while (next !== undefined && left > 0);
    return { incidents: shown, ...(next === undefined ? {} : { next }) };
  }

  @Get('totals')
  @Operation(countIncidents)
  async totals(@Input() { query }: InputOf<typeof countIncidents>): Promise<z.infer<typeof countIncidents.response>> {
    const cards = await this.parts.incidents.cards(filterOf(query), MAX_COUNTED + 1);
    const counted = cards.slice(0, MAX_COUNTED);
    const by = (values: (card: IncidentCard) => readonly string[]): Record<string, number> =>
      countsOf(counted.flatMap(values));
    return {
      incidents: counted.length,
      truncated: cards.length > MAX_COUNTED,
      path: by(({ path }) => [path]),
      status: by(({ status }) => [status]),
      application: by(({ application }) => [application]),
      workload: by(({ workloads }) => workloads),
      severity: by(({ severity }) => [String(severity)]),
      ...overTime(counted),
    };
  }

  @Get(':id')
  @Operation(getIncident)
  async get(@Input() { params }: InputOf<typeof getIncident>): Promise<IncidentDetail> {
    return this.detail(await this.record(params.id));
  }

  @Post(':id/status')
  @Operation(setStatus)
  async decide(@Input() { params, body }: InputOf<typeof setStatus>, @From() caller: Caller): Promise<IncidentDetail> {
    refuseEmpty(body);
    const record = await this.record(params.id);
    return this.detail(await this.decideOne(await standingFor(record, this.parts.incidents), body, caller));
  }

  @Post('status')
  @Operation(setStatuses)
  async decideAll(
    @Input() { body }: InputOf<typeof setStatuses>,
    @From() caller: Caller,
  ): Promise<z.infer<typeof setStatuses.response>> {
    refuseEmpty(body);
    const decided = new Map<string, IncidentSummary>();
    const missing: string[] = [];
    const suppressions = await this.parts.incidents.suppressions();
    for (const id of new Set(body.ids)) {
      const known = await this.parts.incidents.get(id);
      const record = known && (await standingFor(known, this.parts.incidents));
      if (record !== undefined && decided.has(record.id)) continue;
      const after = record?.alert === undefined ? undefined : await this.decideOne(record, body, caller);
      const summary = after && summaryOf(after, suppressions);
      if (summary === undefined) missing.push(id);
      else decided.set(summary.id, summary);
    }
    return { incidents: [...decided.values()], unknown: missing };
  }

  private async decideOne(
    { id, alert, decisions, status: before }: IncidentRecord,
    { status = before, note, assignee = decisions[0]?.assignee }: z.output<typeof Change>,
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
      ...(assignee === undefined ? {} : { assignee }),
      severity: alert.severity_id,
      sequence,
    };
    await audit(this.parts, caller, {
      action: 'incident.status',
      target: id,
      detail: `${status}${assignee === undefined ? '' : `, for ${assignee}`}: ${note}`.slice(0, 1_024),
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
    const { incidents } = this.parts;
    const detail = detailOf(record, await incidents.suppressions());
    if (detail === undefined) throw unknown(record.id);
    const absorbed = await incidents.cards({ mergedInto: record.id }, MAX_ABSORBED);
    return { ...detail, absorbed: absorbed.map(({ id }) => id) };
  }
}

function filterOf(query: z.output<typeof Filter>): IncidentFilter {
  const { min_severity: minSeverity, from, to, assignee, ...same } = query;
  const given = {
    ...same,
    minSeverity,
    standing: query.state === undefined ? true : undefined,
    assignee: assignee === '-' ? '' : assignee,
    fromMs: from === undefined ? undefined : Date.parse(from),
    toMs: to === undefined ? undefined : Date.parse(to),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function countsOf(values: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1)));
}

/** The cards by when they were last seen, which is the order they come in, in parts of whole seconds. */
function overTime(
  cards: readonly IncidentCard[],
): Pick<z.infer<typeof countIncidents.response>, 'over_time' | 'width_ms'> {
  const [last, first] = [cards[0]?.lastSeenMs, cards.at(-1)?.lastSeenMs];
  if (last === undefined || first === undefined) return { over_time: [], width_ms: 0 };
  const width_ms = Math.max(1, Math.ceil((last - first + 1) / BINS / 1_000)) * 1_000;
  const bins = new Array<number>(Math.floor((last - first) / width_ms) + 1).fill(0);
  for (const { lastSeenMs } of cards) bins[Math.floor((lastSeenMs - first) / width_ms)]! += 1;
  return { over_time: bins.map((incidents, i) => ({ at: iso(first + i * width_ms), incidents })), width_ms };
}

function unknown(id: string): ProblemError {
  return new ProblemError(404, 'not-found', `there is no incident ${id}`);
}
