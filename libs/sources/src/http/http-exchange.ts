import type { TimeUs, Unseen } from '@plimsoll/contracts';

/** Names in the case in which they were sent, values without surrounding blanks; both latin1, one character a byte. */
export type HttpHeaders = readonly (readonly [name: string, value: string])[];

export interface HttpRequestParts {
  readonly method: string;
  /** The target as sent, undecoded; latin1, one character a byte. */
  readonly target: string;
  /** `1.0`, `1.1`, or empty where the request line had none. */
  readonly version: string;
  readonly headers: HttpHeaders;
  /** The body without its transfer coding, as far as it was seen and up to the limit of the rebuilder. */
  readonly body: Uint8Array;
  /** The body's whole length without transfer coding, as far as the connection told. */
  readonly bodyBytes: number;
  /** Head and body were seen to their last byte. */
  readonly complete: boolean;
  /** Why the server may have taken it for something else. */
  readonly unseen: readonly Unseen[];
}

export interface HttpResponseParts {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** As in the request; a gzip or deflate body that was seen whole is decoded, up to the same limit. */
  readonly body: Uint8Array;
  /** Bytes of the body on the wire, without its transfer coding and before its content coding was undone. */
  readonly bodyBytes: number;
  /** `body` is the decoded form of a coded body. */
  readonly decoded: boolean;
  readonly complete: boolean;
  /** When its first byte was sent. */
  readonly timeUs: TimeUs;
}

/** One HTTP request with its response, rebuilt from the buffers of the calls that carried them. */
export interface HttpExchange {
  readonly type: 'http';
  /** `server`: the traced program answered; `client`: it asked. */
  readonly side: 'server' | 'client';
  /** Names the connection within its trace; equal for all exchanges of one connection. */
  readonly connection: string;
  /** Position of the exchange on its connection, from 0. */
  readonly ordinal: number;
  /** The thread that saw the request's first byte. */
  readonly thread: number;
  /** The other end, `127.0.0.1:33894`; empty where the trace does not show it. */
  readonly peer: string;
  /**
   * From the request's first byte (the return of the call that received it, the entry of the call that sent it) to the
   * return of the call that moved the response's last.
   */
  readonly startUs: TimeUs;
  readonly endUs: TimeUs;
  readonly request: HttpRequestParts;
  /** Undefined where the connection or the trace ended first. */
  readonly response: HttpResponseParts | undefined;
}
