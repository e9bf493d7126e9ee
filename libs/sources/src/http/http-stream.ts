import type { TimeUs, Unseen } from '@plimsoll/contracts';

import type { ByteBudget } from '../bytes/byte-budget.js';
import type { ConnectionFacts, ProtocolStream, Segment } from '../bytes/segment.js';
import type { OpenRequest, OpenRequests } from '../wire/open-requests.js';
import type { WireCounts } from '../wire/wire-counts.js';
import { decodeContent } from './content-decoding.js';
import type { HttpExchange, HttpHeaders, HttpResponseParts } from './http-exchange.js';
import { lastHeader } from './header-facts.js';
import { requestFraming, responseFraming } from './http-framing.js';
import { looksLikeRequest, looksLikeResponse, parseHeaders, parseRequestLine, parseStatus } from './http-head.js';
import type { RequestLine } from './http-head.js';
import { HttpMessageReader, type Framing, type HttpMessage } from './http-message.js';

/** Requests that may wait for their responses on one connection: a server reads some thousands at once. */
const MAX_PIPELINED = 4_096;
const FRAMING_NAME = /content-length|transfer-encoding/i;
/** Statuses with which servers answer what they could not read as a request. */
const UNASKED = new Set([400, 408, 413, 414, 431, 501, 503, 505]);

interface PendingRequest {
  readonly message: HttpMessage;
  readonly line: RequestLine;
  readonly headers: HttpHeaders;
  readonly unseen: Set<Unseen>;
  /** Bytes of its head that count as held. */
  readonly heldBytes: number;
  readonly open: OpenRequest;
  ended: boolean;
  complete: boolean;
  endUs: TimeUs;
}

interface ResponseHead {
  readonly message: HttpMessage;
  readonly status: number;
  readonly headers: HttpHeaders;
}

export interface HttpStreamOptions {
  readonly bodyLimitBytes: number;
  readonly budget: ByteBudget;
  readonly counts: WireCounts;
  /** Where requests of the traced program's clients are noted while they are open. */
  readonly open: OpenRequests;
  /** What is doubtful from the start: that it is a socket, or that a message begins here. */
  readonly doubt?: 'origin' | 'place';
  readonly emit: (exchange: HttpExchange) => void;
}

/**
 * One HTTP/1 connection: requests and responses in either role, paired in order, with keep-alive, pipelining, chunks,
 * interim responses and holes. An exchange is final when its response has ended, or with the connection. Where a request
 * ends is followed as a server would; once that is doubtful, so is the place of every request behind it.
 */
export class HttpStream implements ProtocolStream {
  private readonly requests: HttpMessageReader;
  private readonly responses: HttpMessageReader;
  private readonly waiting: PendingRequest[] = [];
  private readonly doubts = new Set<Unseen>();
  private response: ResponseHead | undefined;
  /** Responses to requests that were given up. */
  private skipped = 0;
  /** A request that may be hidden was counted, and no answer too many came since: the first one is its. */
  private hiding = false;
  /** Something was answered since: what is hidden now is hidden anew. */
  private answered = false;
  private opaque = false;
  private ordinal = 0;

  constructor(
    private readonly facts: ConnectionFacts,
    private readonly options: HttpStreamOptions,
  ) {
    const { bodyLimitBytes, budget, doubt } = options;
    if (doubt) this.doubts.add(doubt);
    this.requests = new HttpMessageReader(
      'requests',
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
      'responses',
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

  get worth(): number {
    if (this.opaque) return 0;
    const worth = this.waiting.length > 0 ? 3 : this.requests.worth;
    return worth === 1 && this.doubts.size > 0 ? 0 : worth;
  }

  data(segment: Segment): void {
    if (this.opaque) return;
    const { payload, missingBytes, thread, timeUs, endUs } = segment;
    if (segment.from === 'client') {
      if (this.requests.lost && looksLikeRequest(payload)) this.requests.resync();
      this.requests.push(payload, missingBytes, thread, timeUs, endUs);
      if (this.requests.lost) this.requestHidden();
    } else {
      const anotherWaits = this.waiting.length > 1 || this.response === undefined;
      if (this.responses.lost && anotherWaits && looksLikeResponse(payload)) this.responses.resync();
      const before = this.responses.lost;
      this.responses.push(payload, missingBytes, thread, timeUs, endUs);
      if (this.responses.lost !== before) this.answersHidden();
    }
  }

  /** Where the next request would begin is not shown: there may be one, and it may never be answered. */
  private requestHidden(): void {
    this.doubts.add('place');
    if ((this.hiding && !this.answered) || this.facts.side !== 'server') return;
    this.hiding = true;
    this.answered = false;
    this.options.counts.hiddenRequests++;
  }

  /** Behind what is shown of an answer there may be others: to requests that were not shown either. */
  private answersHidden(): void {
    if (this.doubts.has('place') && this.waiting.length <= 1) this.answerToHidden();
  }

  private answerToHidden(): void {
    if (!this.hiding && this.facts.side === 'server') this.options.counts.hiddenRequests++;
    this.hiding = false;
  }

  /**
   * What was asked before `askedUs` and is not answered to its end is told as far as it came: who reads an answer slowly
   * would else choose when the request is scored.
   */
  overdue(askedUs: TimeUs, nowUs: TimeUs): void {
    for (let first = this.waiting[0]; first !== undefined; first = this.waiting[0]) {
      const { response } = this;
      const isAsked = first.ended || response !== undefined || this.requests.lost;
      if (!isAsked || (first.ended ? first.endUs : first.message.firstUs) >= askedUs) return;
      this.response = undefined;
      if (response === undefined) this.skipped++;
      this.finish(response && soFar(response), nowUs);
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
    const { headers, irregular } = parseHeaders(message.head);
    const { framing, doubtful } = requestFraming(headers);
    const unseen = new Set(this.doubts);
    const text = (): string => Buffer.from(message.head).toString('latin1');
    if (doubtful || (irregular && FRAMING_NAME.test(text()))) {
      unseen.add('framing');
      this.doubts.add('place');
    }
    const heldBytes = this.makeRoom(message.head.length);
    const open = { connection: this.facts.connection, thread: message.thread, startUs: message.firstUs };
    if (this.facts.side === 'server') this.options.open.begin(open);
    this.waiting.push({
      message,
      line,
      headers,
      unseen,
      heldBytes,
      open,
      ended: false,
      complete: false,
      endUs: message.firstUs,
    });
    // A request of HTTP/0.9 is its line, and the last of its connection.
    return line.version === '' ? 0 : framing;
  }

  /** Heads that wait count as held; where there is no room for one more, those that wait are given out unanswered. */
  private makeRoom(headBytes: number): number {
    const { budget } = this.options;
    const granted = budget.take(headBytes);
    if (granted === headBytes && this.waiting.length < MAX_PIPELINED) return granted;
    this.skipped += this.waiting.length;
    while (this.waiting.length > 0) this.finish(undefined);
    return granted;
  }

  private requestDone(message: HttpMessage, complete: boolean, endUs: TimeUs): void {
    const pending = this.waiting.findLast((each) => each.message === message);
    if (this.requests.irregular) this.doubts.add('place');
    if (pending) {
      pending.ended = true;
      pending.complete = complete;
      pending.endUs = endUs;
      if (this.requests.irregular) pending.unseen.add('framing');
    } else {
      message.body.clear();
    }
  }

  private responseHead(message: HttpMessage): Framing {
    const status = parseStatus(message.head);
    const { headers } = parseHeaders(message.head);
    const interim = status >= 100 && status < 200 && status !== 101;
    const request = this.skipped > 0 ? undefined : this.waiting[0];
    this.doubts.delete('origin');
    this.answered = true;
    if (!interim && !request) this.answerWithoutRequest(status);
    this.response = interim || !request ? undefined : { message, status, headers };
    if (interim || status === 204 || status === 304 || request?.line.method === 'HEAD') return 0;
    const framing = responseFraming(headers);
    if (status === 101 || (request?.line.method === 'CONNECT' && status < 300 && framing === 'until-close')) {
      this.opaque = true;
      this.options.counts.upgraded++;
      return 0;
    }
    return framing;
  }

  /**
   * Somebody asked what was not seen as a request: what is seen from here on may not be one. A server answers what is no
   * request by itself, but where bytes are hidden a program may have answered so.
   */
  private answerWithoutRequest(status: number): void {
    if (this.skipped > 0) {
      this.skipped--;
    } else if (this.doubts.has('place') || !UNASKED.has(status)) {
      this.answerToHidden();
      this.doubts.add('place');
    }
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
    const coding = lastHeader(head.headers, 'content-encoding');
    const plain =
      complete && whole && coding !== '' ? decodeContent(raw, coding, this.options.bodyLimitBytes) : undefined;
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
    const { message, line, headers, unseen } = request;
    const { side, connection, peer } = this.facts;
    const { whole, total } = message.body;
    this.options.budget.giveBack(request.heldBytes);
    this.options.open.end(request.open);
    const complete = request.ended && request.complete && whole;
    // What is answered on the same descriptor is no file.
    if (response) unseen.delete('origin');
    if (!complete) unseen.add('bytes');
    this.options.emit({
      type: 'http',
      side,
      connection,
      peer,
      ordinal: this.ordinal++,
      thread: message.thread,
      startUs: message.firstUs,
      endUs: Math.max(message.firstUs, endUs ?? request.endUs),
      request: {
        method: line.method,
        target: line.target,
        version: line.version,
        headers,
        body: message.body.release(),
        bodyBytes: total,
        complete,
        unseen: [...unseen],
      },
      response,
    });
  }
}

/** A response that goes on; what follows of it is not kept. */
function soFar({ message, status, headers }: ResponseHead): HttpResponseParts {
  const { total } = message.body;
  const body = message.body.release();
  message.body.spoil();
  return { status, headers, body, bodyBytes: total, decoded: false, complete: false, timeUs: message.firstUs };
}
