import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter, Logger } from '@nestjs/common';
import { PlimsollError, type ErrorCode } from '@plimsoll/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

/** What went wrong, as RFC 9457 has it; `code` is for programs. */
export const Problem = z
  .strictObject({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;

/** An error that a caller may be told of. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.name = 'ProblemError';
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not known',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  429: 'Too many requests',
  503: 'Unavailable',
};

const STATUS_OF: Partial<Record<ErrorCode, number>> = {
  'bad-message': 400,
  'bad-profile': 409,
  'wrong-workload': 409,
  'too-large': 413,
  unavailable: 503,
  stopped: 503,
};

/** Answers every failure as a problem. What was not foreseen is logged here, and told as 'internal-error' alone. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #log = new Logger('api');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const { problem, headers } = this.#problemOf(error, http.getRequest<FastifyRequest>());
    if (!reply.sent) send(reply, problem, headers);
  }

  #problemOf(error: unknown, { id }: FastifyRequest): { problem: Problem; headers: Readonly<Record<string, string>> } {
    if (error instanceof ProblemError) {
      return { problem: problem(error.status, error.code, error.message), headers: error.headers };
    }
    if (error instanceof PlimsollError) {
      const status = STATUS_OF[error.code];
      if (status === 503) return { problem: problem(503, error.code, awayWords(error)), headers: RETRY };
      if (status !== undefined) return { problem: problem(status, error.code, error.message), headers: {} };
    }
    const status = statusOf(error);
    if (status >= 400 && status < 500) {
      return { problem: problem(status, 'bad-request', TITLES[status] ?? 'Bad request'), headers: {} };
    }
    this.#log.error({ err: error, request: id }, 'request failed');
    return { problem: problem(500, 'internal-error', `not foreseen; request ${id}`), headers: {} };
  }
}

/** Answers before an operation is reached, where no filter does. */
export function refuse(reply: FastifyReply, { status, code, message, headers }: ProblemError): void {
  send(reply, problem(status, code, message), headers);
}

function send(reply: FastifyReply, told: Problem, headers: Readonly<Record<string, string>>): void {
  void reply.status(told.status).headers(headers).type('application/problem+json').send(JSON.stringify(told));
}

/** The part that is away, which our own messages begin with; what its client said stays in the log. */
function awayWords({ message }: PlimsollError): string {
  const part = /^(Kafka|Redis)\b/.exec(message)?.[1] ?? 'a part of the service';
  return `${part} is away; try again`;
}

const RETRY = { 'retry-after': '2' };

/** Nest's and Fastify's own refusals carry a status; their words may repeat the request, so only the status is told. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const carries = typeof error === 'object' && error !== null && 'statusCode' in error;
  return carries && typeof error.statusCode === 'number' ? error.statusCode : 500;
}

/** The refusal of a request that never reached an operation: unknown path, unreadable body, address too long. */
export function framedProblem(status: number): string {
  return JSON.stringify(problem(status, status === 404 ? 'not-found' : 'bad-request', TITLES[status] ?? 'Bad request'));
}

function problem(status: number, code: string, detail: string): Problem {
  return { type: 'about:blank', title: TITLES[status] ?? 'Internal error', status, detail, code };
}
