import { All, Controller, Get, Inject, UseFilters } from '@nestjs/common';

import { ProblemError, ProblemFilter } from './problem.js';

export const OPENAPI_DOCUMENT = Symbol('openapi document');

/** The interface's own description. It holds nothing that a stranger could use, so it asks for no token. */
@Controller('api/v1/openapi.json')
export class OpenApiController {
  constructor(@Inject(OPENAPI_DOCUMENT) private readonly document: Record<string, unknown>) {}

  @Get()
  openapi(): Record<string, unknown> {
    return this.document;
  }
}

/** Every other path under `/api`, so that an unknown one is told as a problem and not repeated. */
@Controller('api')
@UseFilters(ProblemFilter)
export class UnknownPathController {
  @All('*')
  unknown(): never {
    throw new ProblemError(404, 'not-found', 'there is nothing here');
  }
}
