import { PlimsollError, type AttackPath } from '@plimsoll/contracts';

import { emptySum, type Sum } from './aggregate.js';
import type { Atom } from './atom.js';
import type { CoverageByMinute, CoverageMinute } from './coverage.js';
import type { Families, Family } from './families.js';
import type { Carry, Group } from './group.js';
import type { Reached, ReachedByPart } from './watermark.js';

/** What has been published of an incident that nothing says is over. */
export interface Published {
  revision: number;
  /**
   * Watermark when it was closed; undefined while it is open. Kept for a while: a verdict on its way, or of a source
   * that reads what is older, may bring it back, and its revisions then go on.
   */
  retiredUs?: number | undefined;
  severity: number;
  /** Of the incident as the last revision told it; absent from states of an earlier release. */
  toldSeverity?: number;
  /** Kinds of finding that revisions have told, as far as a new one is worth a revision at once. */
  told: string[];
  /** Minute of stream time in which revisions are counted, and how many it has had. */
  minute: number;
  used: number;
  readonly path: AttackPath;
}

/** What fusion counts; the pipeline reports it. */
export interface FusionCounts {
  accepted: number;
  duplicates: number;
  late: number;
  /** Signals that joined a neighbouring bucket because there were too many buckets. */
  crowded: number;
  superseded: number;
}

/** What one application's fusion remembers. */
export interface FusionState {
  /** The newest event time that a message has shown: the pace of revisions. */
  streamUs: number;
  /** What every source and detector has reached: lateness is measured against it, and incidents close by it. */
  watermarkUs: number;
  reached: ReachedByPart;
  atoms: Map<string, Atom>;
  carries: Map<string, Carry>;
  families: Families;
  coverage: CoverageByMinute;
  published: Map<string, Published>;
  counts: FusionCounts;
  /** Follows from atoms and carries; computed anew where it is undefined. */
  groups: Map<string, Group> | undefined;
}

export function emptyFusionState(): FusionState {
  return {
    streamUs: 0,
    watermarkUs: 0,
    reached: new Map(),
    atoms: new Map(),
    carries: new Map(),
    families: new Map(),
    coverage: new Map(),
    published: new Map(),
    counts: { accepted: 0, duplicates: 0, late: 0, crowded: 0, superseded: 0 },
    groups: undefined,
  };
}

const VERSION = 4;
/** Its sums do not tell what fired from what was near it. */
const WITHOUT_FIRED = 3;
/** Has no watermark either: what it was late against, its stream time, stands for it until the first one comes. */
const WITHOUT_WATERMARK = 2;

interface Encoded {
  readonly version: number;
  readonly streamUs: number;
  readonly watermarkUs?: number;
  readonly reached?: readonly (readonly [string, Reached])[];
  readonly atoms: readonly (Omit<Atom, 'ids' | 'objects'> & {
    readonly ids: readonly string[];
    readonly objects?: Atom['objects'];
  })[];
  readonly carries: readonly (Omit<Carry, 'joined'> & { readonly joined?: Carry['joined'] })[];
  readonly families: readonly (readonly [string, Family])[];
  readonly coverage: readonly (readonly [string, CoverageMinute])[];
  readonly published: readonly (readonly [string, Published])[];
  readonly counts: FusionCounts;
}

export function encodeFusionState(state: FusionState): Uint8Array {
  const encoded: Encoded = {
    version: VERSION,
    streamUs: state.streamUs,
    watermarkUs: state.watermarkUs,
    reached: [...state.reached],
    atoms: [...state.atoms.values()].map((atom) => ({ ...atom, ids: [...atom.ids] })),
    carries: [...state.carries.values()],
    families: [...state.families],
    coverage: [...state.coverage],
    published: [...state.published],
    counts: state.counts,
  };
  return Buffer.from(JSON.stringify(encoded));
}

/** Throws `unknown-version` on a state of a release that this one does not know. */
export function decodeFusionState(bytes: Uint8Array): FusionState {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const encoded = parseEncoded(text);
  return {
    streamUs: encoded.streamUs,
    watermarkUs: encoded.watermarkUs ?? encoded.streamUs,
    reached: new Map(encoded.reached),
    atoms: new Map(
      encoded.atoms.map((atom) => {
        const { objects = null, ids, sum } = atom;
        return [atom.key, { ...atom, objects, ids: new Set(ids), sum: withFired(sum) }];
      }),
    ),
    carries: new Map(
      encoded.carries.map((carry) => [carry.id, { ...carry, joined: carry.joined ?? [], sum: withFired(carry.sum) }]),
    ),
    families: new Map(encoded.families),
    coverage: new Map(encoded.coverage),
    published: new Map(encoded.published),
    counts: encoded.counts,
    groups: undefined,
  };
}

function withFired(sum: Omit<Sum, 'firedUs'> & Partial<Pick<Sum, 'firedUs'>>): Sum {
  const { first, last } = sum.anomalous > 0 ? { first: sum.firstUs, last: sum.lastUs } : emptySum().firedUs;
  return { firedUs: { first, last }, ...sum };
}

function parseEncoded(text: string): Encoded {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new PlimsollError('unknown-version', 'fusion state: not JSON', { cause });
  }
  if (!isEncoded(value)) {
    throw new PlimsollError('unknown-version', 'fusion state: of another release');
  }
  return value;
}

/** The state is our own writing: its version says that the rest has this form. */
function isEncoded(value: unknown): value is Encoded {
  if (typeof value !== 'object' || value === null || !('version' in value)) return false;
  return [VERSION, WITHOUT_FIRED, WITHOUT_WATERMARK].some((known) => value.version === known);
}
