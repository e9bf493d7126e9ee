import type { ProcessActivity, TimeUs } from '@plimsoll/contracts';

import type { Image, Lineage } from './lineage.js';

export type ActKind = Exclude<ProcessActivity['kind'], 'watched'>;

/** What the parameters of one call say that its program did. */
export interface Act {
  readonly kind: ActKind;
  /** Program, file, address (`127.0.0.1:80`, `unix:/run/x.sock`) or name of the call, as they stand in the call. */
  readonly target: string;
  /** Of a program: its arguments, the first being its own name. */
  readonly argv: readonly string[];
  /** Of a file: it is written, truncated or created. */
  readonly writes: boolean;
  readonly failed: boolean;
}

/** An act with the process that did it. */
export interface Activity extends Act {
  readonly type: 'activity';
  readonly thread: number;
  readonly timeUs: TimeUs;
  readonly process: Lineage;
  /** What the process ran when it acted: of an execution, what ran before. */
  readonly image: Image;
}

/** A minute of a trace that shows the parameters of calls. */
export interface Watched {
  readonly type: 'watched';
  readonly timeUs: TimeUs;
}

/** The trace has ended: nothing that is awaited will come. */
export interface Ended {
  readonly type: 'ended';
}
