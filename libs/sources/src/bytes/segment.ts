import type { TimeUs } from '@plimsoll/contracts';

/** Bytes that one call moved over a connection, seen from the protocol: who asks and who answers. */
export interface Segment {
  readonly from: 'client' | 'server';
  /** The bytes as far as the trace shows them, lent; `missingBytes` followed unseen. */
  readonly payload: Uint8Array;
  readonly missingBytes: number;
  readonly thread: number;
  /** When the traced program had the first byte (a receiving call's return) or gave it (a sending call's entry). */
  readonly timeUs: TimeUs;
  /** When the call returned. */
  readonly endUs: TimeUs;
}

/** One connection's protocol. Takes whatever comes, never throws, holds no more than its limits. */
export interface ProtocolStream {
  /** What would be lost with it: 0 nothing, 1 its place, 2 the beginning of a message, 3 a message or what it knows of the session. */
  readonly worth: number;
  data(segment: Segment): void;
  /** The client or the server will send nothing more. */
  shut(from: 'client' | 'server', timeUs: TimeUs): void;
  /** The connection, or the trace, has ended: what is pending becomes final. */
  end(): void;
}

/** What every exchange says of its connection. */
export interface ConnectionFacts {
  readonly side: 'server' | 'client';
  readonly connection: string;
  readonly peer: string;
}
