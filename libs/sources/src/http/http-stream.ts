import type { TimeUs } from '@plimsoll/contracts';

import type { ByteBudget } from '../bytes/byte-budget.js';
import type { ConnectionFacts, ProtocolStream, Segment } from '../bytes/segment.js';
import { decodeContent } from './content-decoding.js';
import type { HttpExchange, HttpHeaders, HttpResponseParts } from './http-exchange.js';
import {
  headerValue,
  looksLikeRequest,
  looksLikeResponse,
  parseHeaders,
  parseRequestLine,
  parseStatus,
} from './http-head.js';
import type { RequestLine } from './http-head.js';
import { HttpMessageReader, type Framing, type HttpMessage } from './http-message.js';

/** Requests that may wait for their responses on one connection; beyond it the oldest ends without one. */
const MAX_PIPELINED = 64;

interface PendingRequest {
  readonly message: HttpMessage;
  readonly line: RequestLine;
  readonly headers: HttpHeaders;
  ended: boolean;
  complete: boolean;
  endUs: TimeUs;
}

interface ResponseHead {
  readonly status: number;
  readonly headers: HttpHeaders;
}

/**
 * One HTTP/1 connection: requests and responses in either role, paired in order, with keep-alive, pipelining, chunks,
 * interim responses and holes. An exchange is final when its response has ended, or with the connection.
 */
export class HttpStream implements ProtocolStream {
  private readonly requests: HttpMessageReader;
  private readonly responses: HttpMessageReader;
  private readonly waiting: PendingRequest[] = [];
  private response: ResponseHead | undefined;
  private opaque = false;
  private ordinal = 0;

  constructor(
    private readonly facts: ConnectionFacts,
    private readonly bodyLimitBytes: number,
    budget: ByteBudget,
    private readonly emit: (exchange: HttpExchange) => void,
  ) {
    this.requests = new HttpMessageReader(
      {
        head: (message) => this.requestHead(message),
        done: (message, complete, endUs) => {
          this.requestDone(message, complete, endUs);
        },
      },
      bodyLimitBytes,
      budget,
    );
    this.responses = new HttpMessageReader(
      {
        head: (message) => this.responseHead(message),
        done: (message, complete, endUs) => {
          this.responseDone(message, complete, endUs);
        },
      },
      bodyLimitBytes,
      budget,
    );
  }

  data(segment: Segment): void {
    if (this.opaque) return;
    const { payload, missingBytes, thread, timeUs, endUs } = segment;
    if (segment.from === 'client') {
      if (this.requests.openEnded && looksLikeRequest(payload)) this.requests.resync();
      this.requests.push(payload, missingBytes, thread, timeUs, endUs);
    } else {
      const anotherWaits = this.waiting.length > 1 || this.response === undefined;
      if (this.responses.openEnded && anotherWaits && looksLikeResponse(payload)) this.responses.resync();
      this.responses.push(payload, missingBytes, thread, timeUs, endUs);
    }
  }

  shut(from: 'client' | 'server'): void {
    if (from === 'client') this.requests.end();
    else this.responses.end();
  }

  end(): void {
    this.requests.end();
    this.responses.end();
    while (this.waiting.length > 0) this.finish(undefined);
  }

  private requestHead(message: HttpMessage): Framing {
    const line = parseRequestLine(message.head);
    const headers = parseHeaders(message.head);
    if (line.method === 'PRI' && line.version === '2.0') {
      this.opaque = true;
      return 'until-close';
    }
    if (this.waiting.length >= MAX_PIPELINED) this.finish(undefined);
    this.waiting.push({ message, line, headers, ended: false, complete: false, endUs: message.firstUs });
    if (isChunked(headers)) return 'chunked';
    return contentLength(headers) ?? 0;
  }

  private requestDone(message: HttpMessage, complete: boolean, endUs: TimeUs): void {
    const pending = this.waiting.find((each) => each.message === message);
    if (pending) {
      pending.ended = true;
      pending.complete = complete;
      pending.endUs = endUs;
    } else {
      message.body.clear();
    }
  }

  private responseHead(message: HttpMessage): Framing {
    const status = parseStatus(message.head);
    const interim = status >= 100 && status < 200 && status !== 101;
    const request = this.waiting[0];
    this.response = interim || !request ? undefined : { status, headers: parseHeaders(message.head) };
    if (interim || status === 204 || status === 304 || request?.line.method === 'HEAD') return 0;
    if (status === 101 || (request?.line.method === 'CONNECT' && status < 300)) {
      this.opaque = true;
      return 0;
    }
    const headers = this.response?.headers ?? parseHeaders(message.head);
    if (isChunked(headers)) return 'chunked';
    return contentLength(headers) ?? 'until-close';
  }

  private responseDone(message: HttpMessage, complete: boolean, endUs: TimeUs): void {
    const head = this.response;
    this.response = undefined;
    if (!head) {
      message.body.clear();
      return;
    }
    const { whole, total } = message.body;
    const raw = message.body.release();
    const coding = headerValue(head.headers, 'content-encoding');
    const plain = complete && whole && coding !== '' ? decodeContent(raw, coding, this.bodyLimitBytes) : undefined;
    const response: HttpResponseParts = {
      status: head.status,
      headers: head.headers,
      body: plain ?? raw,
      bodyBytes: total,
      decoded: plain !== undefined,
      complete: complete && whole,
      timeUs: message.firstUs,
    };
    this.finish(response, endUs);
  }

  /** The oldest waiting request becomes final. */
  private finish(response: HttpResponseParts | undefined, endUs?: TimeUs): void {
    const request = this.waiting.shift();
    if (!request) return;
    const { message, line, headers } = request;
    const { whole, total } = message.body;
    this.emit({
      type: 'http',
      ...this.facts,
      ordinal: this.ordinal++,
      thread: message.thread,
      startUs: message.firstUs,
      endUs: Math.max(message.firstUs, endUs ?? request.endUs),
      request: {
        ...line,
        headers,
        body: message.body.release(),
        bodyBytes: total,
        complete: request.ended && request.complete && whole,
      },
      response,
    });
  }
}

function isChunked(headers: HttpHeaders): boolean {
  return headerValue(headers, 'transfer-encoding').toLowerCase().includes('chunked');
}

/** The body's length as its header gives it; undefined where there is none or it is no number. */
function contentLength(headers: HttpHeaders): number | undefined {
  const text = headerValue(headers, 'content-length');
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
