import { Controller, Get, Inject, Post, UseFilters, UseGuards } from '@nestjs/common';
import { Alert } from '@plimsoll/contracts';
import { findingsOf } from '@plimsoll/pipelines';
import { z } from 'zod';

import { AccessGuard, From } from './access.guard.js';
import type { Caller } from './access-tokens.js';
import { API_PARTS } from './injection.js';
import { Input, Operation, type InputOf, type OperationSpec } from './operation.js';
import { audit, type ApiParts } from './parts.js';
import { ProblemFilter } from './problem.js';
import { PageStart } from './views.js';

const exportIncidents = {
  id: 'exportIncidents',
  summary: 'Incidents as the findings that they are made of, page by page',
  role: 'admin',
  query: z.strictObject({ after: PageStart.optional(), limit: z.coerce.number().int().min(1).max(100).default(20) }),
  response: z.strictObject({ findings: z.array(Alert), next: z.string().optional() }),
} as const satisfies OperationSpec;

const importIncidents = {
  id: 'importIncidents',
  summary: 'Takes exported findings in; one that is known changes nothing',
  role: 'admin',
  /** As exportIncidents answers it: `next` is passed over. */
  body: z.strictObject({ findings: z.array(Alert).max(10_000), next: z.string().optional() }),
  response: z.strictObject({ taken: z.number().int() }),
  problems: [413],
} as const satisfies OperationSpec;

/** Moves incidents from one installation to another. */
@Controller('api/v1')
@UseGuards(AccessGuard)
@UseFilters(ProblemFilter)
export class TransferController {
  constructor(@Inject(API_PARTS) private readonly parts: ApiParts) {}

  @Get('export')
  @Operation(exportIncidents)
  async export(@Input() { query }: InputOf<typeof exportIncidents>): Promise<z.infer<typeof exportIncidents.response>> {
    const { incidents, next } = await this.parts.incidents.list({}, query.limit, query.after);
    return { findings: incidents.flatMap(findingsOf), ...(next === undefined ? {} : { next }) };
  }

  @Post('import')
  @Operation(importIncidents)
  async import(
    @Input() { body }: InputOf<typeof importIncidents>,
    @From() caller: Caller,
  ): Promise<z.infer<typeof importIncidents.response>> {
    const detail = `${body.findings.length} findings`;
    await audit(this.parts, caller, { action: 'incidents.import', target: 'incidents', detail });
    for (const finding of body.findings) await this.parts.incidents.apply(finding);
    return { taken: body.findings.length };
  }
}
