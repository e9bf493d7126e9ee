import { randomUUID } from 'node:crypto';

import { Controller, Delete, Get, Inject, Post, UseFilters, UseGuards } from '@nestjs/common';
import { AttackPath } from '@plimsoll/contracts';
import { suppressionOf, type IncidentRecord, type Suppression } from '@plimsoll/incidents';
import { z } from 'zod';

import type { Caller } from './access-tokens.js';
import { AccessGuard, From } from './access.guard.js';
import { API_PARTS } from './injection.js';
import { Input, Operation, type InputOf, type OperationSpec } from './operation.js';
import { audit, type ApiParts } from './parts.js';
import { ProblemError, ProblemFilter } from './problem.js';
import { GivenTime, IncidentSummary, summaryOf, suppressionView, SuppressionView, Text } from './views.js';

/** Nothing is silent for ever. */
const LONGEST_MS = 366 * 86_400_000;

const Reason = z.string().trim().min(3).max(1_024);

const listSuppressions = {
  id: 'listSuppressions',
  summary: 'Suppressions and maintenance windows, those that ended within a day too',
  role: 'viewer',
  response: z.strictObject({ suppressions: z.array(SuppressionView) }),
} as const satisfies OperationSpec;

const Kind = z.strictObject({
  application: Text(256),
  path: AttackPath.optional(),
  finding: Text(256).optional(),
  principal: Text(300).optional(),
  workload: Text(256).optional(),
});

/** Incidents that a preview looks at, the last seen. */
const PREVIEWED = 1_000;
const PREVIEW_PAGE = 100;
/** Incidents that a preview shows. */
const SHOWN = 20;

const previewSuppression = {
  id: 'previewSuppression',
  summary: 'Which of the incidents known now a suppression would have hidden; changes nothing',
  role: 'viewer',
  body: Kind,
  response: z.strictObject({
    hidden: z.number().int(),
    of: z.number().int(),
    incidents: z.array(IncidentSummary),
  }),
} as const satisfies OperationSpec;

const addSuppression = {
  id: 'addSuppression',
  summary: 'Let one kind of incident raise no alarm for a while; it stays visible',
  role: 'analyst',
  body: Kind.extend({ reason: Reason, expires: GivenTime }),
  response: SuppressionView,
  problems: [413],
} as const satisfies OperationSpec;

const addMaintenance = {
  id: 'addMaintenanceWindow',
  summary: 'Let an application raise no alarm in a stated time; its incidents stay visible',
  role: 'analyst',
  body: z.strictObject({
    application: Text(256),
    workload: Text(256).optional(),
    reason: Reason,
    starts: GivenTime,
    expires: GivenTime,
  }),
  response: SuppressionView,
  problems: [413],
} as const satisfies OperationSpec;

const removeSuppression = {
  id: 'removeSuppression',
  summary: 'End a suppression or maintenance window',
  role: 'analyst',
  params: z.strictObject({ id: z.uuid() }),
  problems: [404],
} as const satisfies OperationSpec;

/** What shall raise no alarm for a while, by whom and why. */
@Controller('api/v1')
@UseGuards(AccessGuard)
@UseFilters(ProblemFilter)
export class SuppressionsController {
  constructor(@Inject(API_PARTS) private readonly parts: ApiParts) {}

  @Get('suppressions')
  @Operation(listSuppressions)
  async list(): Promise<z.infer<typeof listSuppressions.response>> {
    return { suppressions: (await this.parts.incidents.suppressions()).map(suppressionView) };
  }

  @Post('suppressions/preview')
  @Operation(previewSuppression)
  async preview(
    @Input() { body }: InputOf<typeof previewSuppression>,
  ): Promise<z.infer<typeof previewSuppression.response>> {
    const { incidents } = this.parts;
    const { application, path, finding, principal, workload } = body;
    const trial: Suppression = {
      ...{ id: '', kind: 'suppression', application, path, finding, principal, workload, reason: '', by: '' },
      ...{ createdMs: 0, startsMs: 0, expiresMs: Number.MAX_SAFE_INTEGER },
    };
    const hidden: IncidentRecord[] = [];
    let [of, after]: [number, string | undefined] = [0, undefined];
    do {
      const page = await incidents.list({ application }, PREVIEW_PAGE, after);
      of += page.incidents.length;
      hidden.push(...page.incidents.filter((record) => suppressionOf(record, [trial]) !== undefined));
      after = page.next;
    } while (after !== undefined && of < PREVIEWED);
    const shown = hidden.slice(0, SHOWN).flatMap((record) => summaryOf(record, []) ?? []);
    return { hidden: hidden.length, of, incidents: shown };
  }

  @Post('suppressions')
  @Operation(addSuppression)
  async add(
    @Input() { body }: InputOf<typeof addSuppression>,
    @From() caller: Caller,
  ): Promise<z.infer<typeof SuppressionView>> {
    const { path, finding, principal, workload } = body;
    if (path === undefined && finding === undefined && principal === undefined && workload === undefined) {
      throw new ProblemError(400, 'too-broad', 'name a path, finding, principal or workload, or a maintenance window');
    }
    const startsMs = this.parts.clock.nowMs();
    return this.keep({ ...body, kind: 'suppression', startsMs, expiresMs: Date.parse(body.expires) }, caller);
  }

  @Post('maintenance-windows')
  @Operation(addMaintenance)
  addWindow(
    @Input() { body }: InputOf<typeof addMaintenance>,
    @From() caller: Caller,
  ): Promise<z.infer<typeof SuppressionView>> {
    const [startsMs, expiresMs] = [Date.parse(body.starts), Date.parse(body.expires)];
    return this.keep({ ...body, kind: 'maintenance', startsMs, expiresMs }, caller);
  }

  @Delete('suppressions/:id')
  @Operation(removeSuppression)
  async remove(@Input() { params }: InputOf<typeof removeSuppression>, @From() caller: Caller): Promise<void> {
    const known = (await this.parts.incidents.suppressions()).some(({ id }) => id === params.id);
    if (!known) throw new ProblemError(404, 'not-found', `there is no suppression ${params.id}`);
    await audit(this.parts, caller, { action: 'suppression.remove', target: params.id, detail: '' });
    await this.parts.incidents.removeSuppression(params.id);
  }

  private async keep(
    given: Omit<Suppression, 'id' | 'by' | 'createdMs'>,
    caller: Caller,
  ): Promise<z.infer<typeof SuppressionView>> {
    const { kind, application, path, finding, principal, workload, reason, startsMs, expiresMs } = given;
    const createdMs = this.parts.clock.nowMs();
    if (expiresMs <= Math.max(startsMs, createdMs) || expiresMs - createdMs > LONGEST_MS) {
      throw new ProblemError(400, 'bad-expiry', 'it must end after it starts and after now, within 366 days');
    }
    const suppression: Suppression = {
      id: randomUUID(),
      kind,
      application,
      path,
      finding,
      principal,
      workload,
      reason,
      by: caller.name,
      createdMs,
      startsMs,
      expiresMs,
    };
    await audit(this.parts, caller, {
      action: `${kind}.create`,
      target: suppression.id,
      detail: `${application}: ${reason}`.slice(0, 1_024),
    });
    await this.parts.incidents.putSuppression(suppression);
    return suppressionView(suppression);
  }
}
