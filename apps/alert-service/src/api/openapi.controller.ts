import { Controller, Get, Inject } from '@nestjs/common';

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
