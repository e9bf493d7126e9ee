import type { TimeUs } from '@plimsoll/contracts';

import type { OpenRequest } from '../wire/open-requests.js';

export interface SqlResponse {
  /** `rows`: a result set; `ok`: a statement without one; `error`: refused. */
  readonly kind: 'ok' | 'error' | 'rows';
  /** MySQL: the error's number; PostgreSQL: its SQLSTATE. */
  readonly errorCode: number | string | undefined;
  /** Rows sent, where the result set was seen to its end. */
  readonly rows: number | undefined;
  /** Rows altered, as the server told. */
  readonly affected: number | undefined;
  /** Names of the result's columns, at most 256 of at most 128 characters. */
  readonly columns: readonly string[];
  /** Bytes of the response on the wire. */
  readonly bytes: number;
  readonly complete: boolean;
}

/** One SQL statement with the server's answer, rebuilt from the buffers of the calls that carried them. */
export interface SqlExchange {
  readonly type: 'sql';
  /** `server`: the traced program is the database; `client`: it asked one. */
  readonly side: 'server' | 'client';
  readonly protocol: 'mysql' | 'postgresql';
  /** Names the connection within its trace; equal for all exchanges of one connection. */
  readonly connection: string;
  /** Position of the statement on its connection, from 0. */
  readonly ordinal: number;
  /** The thread that saw the statement's first byte. */
  readonly thread: number;
  /** The other end, `127.0.0.1:42298`; empty where the trace does not show it. */
  readonly peer: string;
  /** From the statement's first byte (received or sent) to the return of the call that moved the answer's last. */
  readonly startUs: TimeUs;
  readonly endUs: TimeUs;
  /** From the handshake, where the trace holds it; at most 128 characters. */
  readonly user: string | undefined;
  readonly database: string | undefined;
  /** The statement's text as sent, up to the limit of the rebuilder; of a prepared statement, the text that was prepared. */
  readonly statement: Uint8Array;
  /** The statement was prepared first and is executed here. Its preparation alone is no exchange, unless it was refused. */
  readonly prepared: boolean;
  /** Parameters given at execution; 0 for plain text. */
  readonly parameters: number;
  /** `statement` holds every byte. */
  readonly complete: boolean;
  /** Of a client's statement: the requests that were open when it was sent, one of which it may be for. */
  readonly during?: readonly OpenRequest[];
  /** Undefined where the connection or the trace ended first, or the protocol sends none. */
  readonly response: SqlResponse | undefined;
}
