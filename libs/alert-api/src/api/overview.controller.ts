import { Controller, Get, Inject, UseFilters, UseGuards } from '@nestjs/common';
import { Level } from '@plimsoll/contracts';
import type { IncidentCard } from '@plimsoll/incidents';
import { z } from 'zod';

import { EvaluationResult } from '../evaluation-result.js';
import { AccessGuard } from './access.guard.js';
import { API_PARTS } from './injection.js';
import { Input, Operation, type InputOf, type OperationSpec } from './operation.js';
import type { ApiParts } from './parts.js';
import { ProblemError, ProblemFilter } from './problem.js';
import { iso } from './views.js';

const DAY_MS = 86_400_000;
/** Shortest time over which alerts a day are told. */
const LEAST_MS = 3_600_000;
/** Incidents that a budget counts at most, the last seen. */
const MAX_COUNTED = 10_000;

/** Incidents by what people decided of them. */
const Decided = z.strictObject({
  /** Found to be benign: false alerts. */
  benign: z.number().int(),
  /** Resolved, or somebody works on it. */
  confirmed: z.number().int(),
  /** Nobody looked yet: false alerts, perhaps. */
  undecided: z.number().int(),
});

const getBudget = {
  id: 'getBudget',
  summary: 'False alerts a day that are allowed, and that were raised, by application and level',
  role: 'viewer',
  query: z.strictObject({ days: z.coerce.number().int().min(1).max(30).default(7) }),
  response: z.strictObject({
    /** Of each application. */
    allowed_per_day: z.number(),
    /** What of it each level may spend; `weak`: weak signs of several levels together. */
    shares: z.record(z.string(), z.number()),
    truncated: z.boolean(),
    applications: z.array(
      z.strictObject({
        application: z.string(),
        /** From when on: the days asked for, or since its profiles are active. */
        since: z.iso.datetime(),
        days: z.number(),
        incidents: Decided,
        /** An incident counts for each level that found it anomalous, for `weak` where none did. */
        levels: z.record(z.string(), Decided),
      }),
    ),
  }),
} as const satisfies OperationSpec;
type Application = z.infer<typeof getBudget.response>['applications'][number];

const listDeadLetters = {
  id: 'listDeadLetters',
  summary: 'Records that could not be used, with where they came from and why, the latest first',
  role: 'analyst',
  response: z.strictObject({
    counts: z.array(
      z.strictObject({
        topic: z.string(),
        reason: z.string(),
        by: z.string(),
        count: z.number().int(),
        last: z.iso.datetime(),
      }),
    ),
    /** Records on the topic that are no dead letters. */
    unreadable: z.number().int(),
    letters: z.array(
      z.strictObject({
        at: z.iso.datetime(),
        topic: z.string(),
        partition: z.number().int(),
        offset: z.number().int(),
        key: z.string().nullable(),
        reason: z.string(),
        detail: z.string(),
        by: z.string(),
        size_bytes: z.number().int(),
        /** The record's first bytes in base64; absent where its topic is not copied. */
        head: z.string().optional(),
      }),
    ),
  }),
} as const satisfies OperationSpec;

const getEvaluation = {
  id: 'getEvaluation',
  summary: 'What an evaluation measured, as plimsoll evaluate --json wrote it',
  role: 'viewer',
  response: EvaluationResult,
  problems: [404],
} as const satisfies OperationSpec;

/** What owners and operators look at: the budget, what could not be used, what was measured. */
@Controller('api/v1')
@UseGuards(AccessGuard)
@UseFilters(ProblemFilter)
export class OverviewController {
  constructor(@Inject(API_PARTS) private readonly parts: ApiParts) {}

  @Get('budget')
  @Operation(getBudget)
  async budget(@Input() { query }: InputOf<typeof getBudget>): Promise<z.infer<typeof getBudget.response>> {
    const { incidents, clock, allowed } = this.parts;
    const nowMs = clock.nowMs();
    const fromMs = nowMs - query.days * DAY_MS;
    const cards = await incidents.cards({ fromMs }, MAX_COUNTED + 1);
    const since = await this.inForceSince();
    const names = new Set([...since.keys(), ...cards.map(({ application }) => application)]);
    const { total, shares } = allowed;
    return {
      allowed_per_day: total,
      shares: { ...shares },
      truncated: cards.length > MAX_COUNTED,
      applications: [...names].sort().map((application) => {
        const startMs = Math.max(fromMs, since.get(application) ?? fromMs);
        const own = cards.filter(
          (card) => card.application === application && card.state !== 'merged' && card.lastSeenMs >= startMs,
        );
        const days = Math.max(nowMs - startMs, LEAST_MS) / DAY_MS;
        return { application, since: iso(startMs), days, incidents: decided(own), levels: byLevel(own) };
      }),
    };
  }

  @Get('dead-letters')
  @Operation(listDeadLetters)
  deadLetters(): z.infer<typeof listDeadLetters.response> {
    const { deadLetters } = this.parts;
    return {
      counts: deadLetters.counts().map(({ lastMs, ...count }) => ({ ...count, last: iso(lastMs) })),
      unreadable: deadLetters.unreadable,
      letters: deadLetters.letters().map(({ timestampMs, origin, reason, detail, by, sizeBytes, head }) => ({
        at: iso(timestampMs),
        topic: origin.topic,
        partition: origin.partition,
        offset: origin.offset,
        key: origin.key,
        reason,
        detail,
        by,
        size_bytes: sizeBytes,
        ...(head === undefined ? {} : { head }),
      })),
    };
  }

  @Get('evaluation')
  @Operation(getEvaluation)
  evaluation(): EvaluationResult {
    if (this.parts.evaluation === undefined) throw new ProblemError(404, 'not-found', 'no evaluation was given');
    return this.parts.evaluation;
  }

  /** By application, when the first of its profiles was activated, as far as their histories reach. */
  private async inForceSince(): Promise<ReadonlyMap<string, number>> {
    const { profiles } = this.parts;
    const since = new Map<string, number>();
    for (const { slot, active } of await profiles.pointers()) {
      if (active === undefined) continue;
      const history = await profiles.history(slot);
      const firstMs = history.at(-1)?.atMs;
      if (firstMs === undefined) continue;
      since.set(slot.application, Math.min(firstMs, since.get(slot.application) ?? Infinity));
    }
    return since;
  }
}

function byLevel(cards: readonly IncidentCard[]): Application['levels'] {
  const of = (level: Level): readonly IncidentCard[] => cards.filter(({ levels }) => levels.includes(level));
  const levels = Level.options.map((level) => [level, decided(of(level))] as const);
  return Object.fromEntries([...levels, ['weak', decided(cards.filter((card) => card.levels.length === 0))]]);
}

function decided(cards: readonly IncidentCard[]): z.infer<typeof Decided> {
  const count = (...statuses: readonly IncidentCard['status'][]): number =>
    cards.filter(({ status }) => statuses.includes(status)).length;
  return { benign: count('benign'), confirmed: count('in-progress', 'resolved'), undecided: count('new') };
}
