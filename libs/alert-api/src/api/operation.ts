import { applyDecorators, createParamDecorator, type ExecutionContext, HttpCode, SetMetadata } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

import type { Role } from './access-tokens.js';
import { ProblemError } from './problem.js';

/**
 * One operation of the interface, declared once: who may call it, what it takes, what it answers. Access, validation
 * and the OpenAPI document all read this.
 */
export interface OperationSpec<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
> {
  readonly id: string;
  readonly summary: string;
  /** The least role that may call it. */
  readonly role: Role | 'anyone';
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** Headers that it looks at, as OpenAPI tells of them; the operation reads and checks them itself. */
  readonly headers?: z.ZodType;
  /** The answer's body; an operation without one answers 204. */
  readonly response?: z.ZodType;
  /** Answers 302: for a browser that is sent elsewhere. */
  readonly redirects?: true;
  /** The answer's media type where it is not JSON. */
  readonly produces?: string;
  /** Statuses besides 400, 401, 403, 429 that it may answer with. */
  readonly problems?: readonly number[];
}

/** The inputs of an operation, as its schemas make them. */
export interface InputOf<Spec extends OperationSpec> {
  readonly params: Spec['params'] extends z.ZodType ? z.output<Spec['params']> : undefined;
  readonly query: Spec['query'] extends z.ZodType ? z.output<Spec['query']> : undefined;
  readonly body: Spec['body'] extends z.ZodType ? z.output<Spec['body']> : undefined;
}

export const OPERATION = 'plimsoll:operation';

/** Makes a controller's method the operation `spec`; goes with Nest's `@Get`, `@Post`, …. */
export function Operation(spec: OperationSpec): MethodDecorator {
  return applyDecorators(
    SetMetadata(OPERATION, spec),
    HttpCode(spec.redirects === true ? 302 : spec.response === undefined ? 204 : 200),
  );
}

/** The spec of a controller's method. Throws where it has none: every method must say who may call it. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- what Nest calls a handler
export function operationOf(handler: Function): OperationSpec {
  const spec: unknown = Reflect.getMetadata(OPERATION, handler);
  if (!isSpec(spec)) throw new TypeError(`${handler.name} is not an operation`);
  return spec;
}

/** What the request gives to the operation, checked; anything else in it is refused. */
export const Input = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  const spec = operationOf(context.getHandler());
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return {
    params: checked('path', spec.params ?? z.object({}), request.params),
    query: checked('query', spec.query ?? z.strictObject({}), request.query),
    body: spec.body === undefined ? undefined : checked('body', spec.body, request.body),
  };
});

/** Names the fields that are wrong and how, never what they hold. */
function checked(where: string, schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.slice(0, 8).map((issue) => {
    const at = [where, ...issue.path.map(String)].join('.').slice(0, 64);
    return `${at} (${issue.code})`;
  });
  throw new ProblemError(400, 'bad-request', `not as the interface has it: ${fields.join(', ')}`);
}

function isSpec(value: unknown): value is OperationSpec {
  return typeof value === 'object' && value !== null && 'role' in value && 'id' in value;
}
