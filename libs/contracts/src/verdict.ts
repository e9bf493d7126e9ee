import { z } from 'zod';

import { WebClient } from './web-request.js';
import { Where } from './where.js';

export const Level = z.enum(['sequence', 'frequency', 'log', 'process']);
export type Level = z.infer<typeof Level>;

export const AttackPath = z.enum([
  'sqli',
  'xss',
  'csrf',
  'rbac',
  'web-shell',
  'path-traversal',
  'ssrf',
  'credential-guessing',
  'unknown',
]);
export type AttackPath = z.infer<typeof AttackPath>;

/**
 * `normal`: scored and unremarkable. `anomalous`: the p-value is at or under the detector's threshold.
 * `warming`: no active profile yet. `insufficient`: too little in the window to score. `gap`: something in it was lost.
 */
export const VerdictState = z.enum(['normal', 'anomalous', 'warming', 'insufficient', 'gap']);
export type VerdictState = z.infer<typeof VerdictState>;

/** One observation that supports a verdict, with the observation's own identity and time. */
export const Evidence = z.object({
  /** A stable word for the kind of observation: `unseen-bag`, `rare-ngram`, `call-rate`, `new-statement`, `script-in-parameter`. */
  kind: z.string().min(1).max(64),
  /** Identity of the event (auditID and stage, file and line, statement), or of the call (stream and ordinal). */
  event: z.string().max(512),
  timeUs: z.number().nonnegative(),
  /** What was seen, in words. What an attacker wrote is data here: shown quoted, never interpreted. */
  observed: z.string().max(2048),
  /** What is normal instead, in words and numbers. */
  expected: z.string().max(2048),
  /** How strange this observation alone is: higher is stranger; comparable within a kind. */
  score: z.number(),
});
export type Evidence = z.infer<typeof Evidence>;

/** What joins verdicts of different levels that speak of the same thing; each is compared for equality alone. */
export const Joins = z.object({
  session: z.string().max(256).optional(),
  /** An address and agent, in a session's place where a request shows none. */
  client: z.string().max(256).optional(),
  /** A session or client that ran a script which somebody else had planted: it is hit, and did not act. */
  victim: z.string().max(256).optional(),
  /** The request that brought that script, by its event's id, where it was seen. */
  planted: z.string().max(512).optional(),
  user: z.string().max(256).optional(),
  credential: z.string().max(256).optional(),
  connection: z.string().max(256).optional(),
  request: z.string().max(512).optional(),
  thread: z.number().int().optional(),
});
export type Joins = z.infer<typeof Joins>;

/**
 * Objects of Kubernetes, by digests that are compared for equality alone: which ones its identity changed in the
 * minutes up to a verdict, and on whose change by another its act may follow (the garbage collector's, a repair).
 */
export const TouchedObjects = z.object({
  changed: z.array(z.string().max(32)).max(16),
  /** The act's own objects, their owners and namespaces; none where the act gives power to anybody. */
  follows: z.array(z.string().max(32)).max(32),
});
export type TouchedObjects = z.infer<typeof TouchedObjects>;

/** The web request that a verdict is of: the page and the client, for whoever reads the alert. */
export const RequestFacts = WebClient.extend({
  method: z.string().max(32),
  /** As the event has it: identifiers and secrets replaced. */
  path: z.string().max(2048),
  /** 0 where there was no answer. */
  status: z.number().int(),
  /** The parameter that told most. */
  parameter: z.string().max(128).optional(),
});
export type RequestFacts = z.infer<typeof RequestFacts>;

/** One detector's result of one window of one container: the value of a record on `verdicts`. */
export const Verdict = Where.extend({
  type: z.literal('verdict'),
  schema: z.literal(1),
  /** A function of detector, profile version, container, stream and window: the same input gives the same id. */
  id: z.string().length(32),
  detector: z.string().min(1).max(64),
  level: Level,
  profileVersion: z.string().min(1).max(64),
  stream: z.string().min(1).max(512),
  /** `[startUs, endUs)` in event time. */
  window: z.object({ startUs: z.number().nonnegative(), endUs: z.number().nonnegative() }),
  /** Events (calls, requests, statements) scored. */
  count: z.number().int().nonnegative(),
  state: VerdictState,
  /** Probability that a benign window scores at least as high; in (0, 1]. 1 where nothing was scored. */
  pValue: z.number().gt(0).max(1),
  /** The detector's own score; higher is stranger. */
  score: z.number(),
  /** 1 informational … 6 fatal, as OCSF has it. */
  severity: z.number().int().min(1).max(6),
  /** Present where an anomalous window is a sign beside others, and no alarm by itself: its profile is incomplete. */
  sign: z.literal(true).optional(),
  /** What was seen to happen: the columns that were written, none where it was something else. Absent where the severity is an estimate. */
  impact: z.object({ columns: z.array(z.string().max(128)).max(64) }).optional(),
  /** What the detector takes it for, where it can tell. */
  path: AttackPath,
  /** A stable word for the kind of finding, for deduplication: what fired, without what varies between repetitions. */
  finding: z.string().max(256),
  cwe: z.array(z.string().max(16)).max(8),
  /** MITRE ATT&CK technique ids, version in `alert.ts`. */
  techniques: z.array(z.string().max(16)).max(8),
  evidence: z.array(Evidence).max(32),
  joins: Joins,
  objects: TouchedObjects.optional(),
  request: RequestFacts.optional(),
});
export type Verdict = z.infer<typeof Verdict>;

/** How many bins the p-values of scored windows are counted in. */
export const P_VALUE_BINS = 20;

/** How the p-values of scored windows lie: what shows whether a profile still fits its workload. */
export const PValueCounts = z.object({
  /** Benign windows that the profile's p-values rest on. */
  calibratedOn: z.number().int().positive(),
  /** Share of windows that count as independent of the one before, in (0, 1]. */
  independence: z.number().gt(0).max(1),
  /** Windows by p-value, each bin `(i/20, (i+1)/20]`. */
  bins: z.array(z.number().int().nonnegative()).length(P_VALUE_BINS),
});
export type PValueCounts = z.infer<typeof PValueCounts>;

/** What a version in shadow made of the windows since the coverage record before: for comparison alone, never fused. */
export const ShadowCoverage = z.object({
  profileVersion: z.string().min(1).max(64),
  windows: z.partialRecord(VerdictState, z.number().int().nonnegative()),
  pValues: PValueCounts.optional(),
  /** Anomalous windows that both versions found. */
  both: z.number().int().nonnegative(),
});
export type ShadowCoverage = z.infer<typeof ShadowCoverage>;

/** A minute of unremarkable windows of one container and detector, so that fusion knows who watched. */
export const Coverage = Where.extend({
  type: z.literal('coverage'),
  schema: z.literal(1),
  id: z.string().length(32),
  detector: z.string().min(1).max(64),
  level: Level,
  profileVersion: z.string().min(1).max(64),
  stream: z.string().min(1).max(512),
  window: z.object({ startUs: z.number().nonnegative(), endUs: z.number().nonnegative() }),
  /** Windows by state. */
  windows: z.partialRecord(VerdictState, z.number().int().nonnegative()),
  /** Calls, requests or statements scored. */
  count: z.number().int().nonnegative(),
  /** Of the windows scored; absent where none was. */
  pValues: PValueCounts.optional(),
  /** Present where a version scores in shadow. */
  shadow: ShadowCoverage.optional(),
});
export type Coverage = z.infer<typeof Coverage>;

/** What a detector gives out. */
export const VerdictMessage = z.discriminatedUnion('type', [Verdict, Coverage]);
export type VerdictMessage = z.infer<typeof VerdictMessage>;
