import {
  PlimsollError,
  P_VALUE_BINS,
  US_PER_SECOND,
  type Coverage,
  type ProfileReport,
  type PValueCounts,
  type ShadowCoverage,
} from '@plimsoll/contracts';
import { z } from 'zod';

import { driftOf, emptyCounts, lowShare, type Drift } from '../calibration/index.js';

const HOUR_US = 3_600 * US_PER_SECOND;
const MINUTE_US = 60 * US_PER_SECOND;
/** What a report looks back on. */
const HOURS = 24;
/** 'Lasting': so many hours of event time with windows, before a profile is called ageing. */
const LASTING_HOURS = 3;
const ENOUGH_WINDOWS = 100;
/** A deployment shows within the newest hours: in each container, at least so many windows, most of them near 0. */
const DEPLOYMENT_HOURS = 2;
const DEPLOYMENT_WINDOWS = 10;
const DEPLOYMENT_SHARE = 0.5;
/** Versions whose hours are kept, and containers of an hour that are kept apart; of more, the first by name are. */
const MAX_VERSIONS = 4;
const MAX_CONTAINERS = 64;
/** A report follows this many records even where no new minute began: containers that are caught up come late. */
const RECORDS_A_REPORT = 8;
const VERSION = 1;

const Count = z.number().int().nonnegative();
const Bins = z.array(Count).length(P_VALUE_BINS);

/** One version's windows of one hour of event time. */
const Hour = z.object({
  hour: Count,
  anomalous: Count,
  bins: Bins,
  /** Windows by container: all, and those in the lowest bin. */
  containers: z.array(z.tuple([z.string(), Count, Count])).max(MAX_CONTAINERS + 1),
});
type Hour = z.infer<typeof Hour>;

const Side = z.object({ windows: Count, anomalous: Count, bins: Bins });

/**
 * What is remembered of one workload and detector: a day of p-values by version and hour, and the comparison with the
 * version in shadow. Sums alone, so the order in which coverage records come matters to nothing but which of two
 * versions is told of while containers move from one to the other. At most some 60 KiB.
 */
const HealthData = z.object({
  /** The newest minute of event time, and the one that was reported last. */
  minute: Count,
  reported: Count,
  /** Records since then. */
  unreported: Count,
  /** The one used last stands last. */
  versions: z.array(
    z.object({ version: z.string(), calibratedOn: Count, independence: z.number(), hours: z.array(Hour) }),
  ),
  shadow: z
    .object({ version: z.string(), beside: z.string(), sinceUs: z.number(), active: Side, shadow: Side, both: Count })
    .optional(),
});
export type ProfileHealth = z.infer<typeof HealthData>;
type VersionHealth = ProfileHealth['versions'][number];

export function startProfileHealth(): ProfileHealth {
  return { minute: 0, reported: 0, unreported: 0, versions: [], shadow: undefined };
}

/**
 * Takes a coverage record in; alters `state`. Answers a report as soon as a minute of event time has begun, and every
 * eighth record meanwhile; undefined otherwise.
 */
export function watchProfile(state: ProfileHealth, coverage: Coverage): ProfileReport | undefined {
  if (coverage.pValues !== undefined)
    addWindows(versionOf(state, coverage, coverage.pValues), coverage, coverage.pValues);
  compare(state, coverage);
  state.minute = Math.max(state.minute, Math.floor(coverage.window.endUs / MINUTE_US));
  state.unreported += 1;
  const due = state.minute > state.reported || state.unreported >= RECORDS_A_REPORT;
  if (!due || state.versions.length === 0) return undefined;
  state.reported = state.minute;
  state.unreported = 0;
  return reportOf(state, coverage);
}

function versionOf(state: ProfileHealth, { profileVersion }: Coverage, counts: PValueCounts): VersionHealth {
  const at = state.versions.findIndex(({ version }) => version === profileVersion);
  const { calibratedOn, independence } = counts;
  const found = state.versions[at] ?? { version: profileVersion, calibratedOn, independence, hours: [] };
  if (at !== -1) state.versions.splice(at, 1);
  state.versions.push(found);
  if (state.versions.length > MAX_VERSIONS) state.versions.shift();
  return found;
}

function addWindows(version: VersionHealth, coverage: Coverage, { bins }: PValueCounts): void {
  const hour = Math.floor(coverage.window.endUs / HOUR_US);
  let at = version.hours.find((known) => known.hour === hour);
  if (at === undefined) {
    at = { hour, anomalous: 0, bins: new Array<number>(P_VALUE_BINS).fill(0), containers: [] };
    version.hours.push(at);
    version.hours.sort((a, b) => a.hour - b.hour);
    if (version.hours.length > HOURS) version.hours.shift();
  }
  at.anomalous += coverage.windows.anomalous ?? 0;
  addTo(at.bins, bins);
  const windows = bins.reduce((sum, count) => sum + count, 0);
  const known = at.containers.find(([name]) => name === coverage.container);
  if (known !== undefined) {
    known[1] += windows;
    known[2] += bins[0]!;
    return;
  }
  at.containers.push([coverage.container, windows, bins[0]!]);
  if (at.containers.length <= MAX_CONTAINERS) return;
  at.containers.sort(([a], [b]) => (a < b ? -1 : 1));
  at.containers.pop();
}

function compare(state: ProfileHealth, coverage: Coverage): void {
  const made = coverage.shadow;
  if (made === undefined) return;
  const { profileVersion: beside } = coverage;
  if (state.shadow?.version !== made.profileVersion || state.shadow.beside !== beside) {
    const sinceUs = coverage.window.startUs;
    state.shadow = { version: made.profileVersion, beside, sinceUs, active: noSide(), shadow: noSide(), both: 0 };
  }
  const { shadow } = state;
  shadow.sinceUs = Math.min(shadow.sinceUs, coverage.window.startUs);
  addSide(shadow.active, coverage);
  addSide(shadow.shadow, made);
  shadow.both += made.both;
}

function noSide(): z.infer<typeof Side> {
  return { windows: 0, anomalous: 0, bins: new Array<number>(P_VALUE_BINS).fill(0) };
}

function addSide(side: z.infer<typeof Side>, { windows, pValues }: Pick<ShadowCoverage, 'windows' | 'pValues'>): void {
  side.windows += (windows.normal ?? 0) + (windows.anomalous ?? 0);
  side.anomalous += windows.anomalous ?? 0;
  if (pValues !== undefined) addTo(side.bins, pValues.bins);
}

function addTo(bins: number[], more: readonly number[]): void {
  for (let i = 0; i < bins.length; i++) bins[i] = bins[i]! + (more[i] ?? 0);
}

function reportOf(state: ProfileHealth, { application, workload, detector }: Coverage): ProfileReport {
  const scoring = state.versions.at(-1)!;
  const nowHour = Math.floor((state.minute * MINUTE_US) / HOUR_US);
  const hours = scoring.hours.filter(({ hour }) => hour > nowHour - HOURS);
  const counts = emptyCounts(Math.max(scoring.calibratedOn, 1), scoring.independence);
  for (const { bins } of hours) addTo(counts.bins, bins);
  const drift = driftOf(counts);
  const told = verdictOf(hours, nowHour, drift);
  const { shadow } = state;
  return {
    type: 'report',
    schema: 1,
    application,
    workload,
    detector,
    version: scoring.version,
    atUs: state.minute * MINUTE_US,
    ...told,
    windows: drift.windows,
    anomalous: hours.reduce((sum, { anomalous }) => sum + anomalous, 0),
    distance: drift.distance,
    allowed: drift.allowed,
    bins: counts.bins,
    ...(shadow === undefined ? {} : { shadow: comparisonOf(shadow) }),
  };
}

function comparisonOf({ version, sinceUs, active, shadow, both }: NonNullable<ProfileHealth['shadow']>) {
  return {
    version,
    sinceUs,
    active: { ...active, bins: [...active.bins] },
    shadow: { ...shadow, bins: [...shadow.bins] },
    both,
  };
}

function verdictOf(hours: readonly Hour[], nowHour: number, drift: Drift): Pick<ProfileReport, 'state' | 'words'> {
  const containers = newest(hours.filter(({ hour }) => hour > nowHour - DEPLOYMENT_HOURS));
  const enough = containers.filter(({ windows }) => windows >= DEPLOYMENT_WINDOWS);
  const before = hours.filter(({ hour }) => hour <= nowHour - DEPLOYMENT_HOURS);
  const calmBefore = lowShare(sumOf(before)) < DEPLOYMENT_SHARE;
  if (enough.length > 0 && calmBefore && enough.every(({ windows, low }) => low / windows >= DEPLOYMENT_SHARE)) {
    const which = enough.length === 1 ? 'its only container' : `all of its ${enough.length} containers`;
    return {
      state: 'deployment',
      words: `most windows of ${which} have looked new within ${DEPLOYMENT_HOURS} hours: a new release, or an attack on every replica; learn anew or roll back once you know which`,
    };
  }
  if (drift.moved && hours.length >= LASTING_HOURS) {
    return {
      state: 'ageing',
      words: `p-values have moved by ${drift.distance.toFixed(2)} (randomness and calibration account for ${drift.allowed.toFixed(2)}) over ${drift.windows} windows in ${hours.length} hours: the profile is ageing; learn the next version`,
    };
  }
  if (drift.windows < ENOUGH_WINDOWS || hours.length < LASTING_HOURS) {
    return { state: 'unknown', words: `${drift.windows} windows in ${hours.length} hours: too little to tell` };
  }
  return { state: 'fits', words: `p-values are as calibration has them, over ${drift.windows} windows` };
}

function newest(hours: readonly Hour[]): { readonly windows: number; readonly low: number }[] {
  const found = new Map<string, { windows: number; low: number }>();
  for (const [name, windows, low] of hours.flatMap(({ containers }) => containers)) {
    const sum = found.get(name) ?? { windows: 0, low: 0 };
    found.set(name, { windows: sum.windows + windows, low: sum.low + low });
  }
  return [...found.values()];
}

function sumOf(hours: readonly Hour[]): number[] {
  const sum = new Array<number>(P_VALUE_BINS).fill(0);
  for (const { bins } of hours) addTo(sum, bins);
  return sum;
}

export function encodeProfileHealth(state: ProfileHealth): Uint8Array {
  return Buffer.from(JSON.stringify({ codec: VERSION, ...state }));
}

/** Throws `unknown-version` for a state that this release did not write. */
export function decodeProfileHealth(bytes: Uint8Array): ProfileHealth {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (cause) {
    throw new PlimsollError('unknown-version', 'the health of a profile is not readable', { cause });
  }
  const parsed = HealthData.extend({ codec: z.literal(VERSION) }).safeParse(value);
  if (!parsed.success) throw new PlimsollError('unknown-version', 'the health of a profile has another form');
  const { minute, reported, unreported, versions, shadow } = parsed.data;
  return { minute, reported, unreported, versions, shadow };
}
