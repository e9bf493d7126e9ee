import { US_PER_SECOND, type AttackPath, type TimeUs } from '@plimsoll/contracts';

/** A labelled attack request in one episode. */
export interface Action {
  readonly path: AttackPath;
  readonly kind: string;
  readonly severity: number | undefined;
  /** `[startUs, endUs]` as labelled. */
  readonly startUs: TimeUs;
  readonly endUs: TimeUs;
}

/** One event that an alert names as evidence, and the path that its incident was given. */
export interface AlertEvidence {
  readonly timeUs: TimeUs;
  readonly path: AttackPath;
  readonly incident: string;
  /** Severity of the verdict or incident, and whether it is an estimate: nothing was seen to happen. */
  readonly severity: number;
  readonly estimated: boolean;
}

export interface ScoredAction {
  readonly action: Action;
  /** The first evidence inside the widened interval, or undefined for a miss. */
  readonly found: AlertEvidence | undefined;
  /** Whether an incident of the action's own path has evidence inside. */
  readonly named: boolean;
  /** The severity that was reported for it; undefined for a miss. */
  readonly reported: number | undefined;
}

/** A cluster of evidence that touches no action. */
export interface FalseAlert {
  readonly startUs: TimeUs;
  readonly endUs: TimeUs;
  readonly evidence: number;
  readonly incidents: readonly string[];
}

export interface EpisodeScore {
  readonly actions: readonly ScoredAction[];
  readonly falseAlerts: readonly FalseAlert[];
}

/** An action's interval is widened by these before evidence is held against it. */
const BEFORE_US = 0.1 * US_PER_SECOND;
const AFTER_US = US_PER_SECOND;
/** Evidence this close belongs to one alert. */
const CLUSTER_GAP_US = 5 * US_PER_SECOND;

/**
 * Scores one episode by attack action. An action is detected when some evidence lies in `[start - 0.1 s, end + 1 s]`;
 * a false alert is a cluster of evidence, gaps of 5 s or less, none of which lies in any action's widened interval.
 * Cost: sorting the evidence, then actions × evidence.
 */
export function scoreEpisode(actions: readonly Action[], evidence: readonly AlertEvidence[]): EpisodeScore {
  const sorted = [...evidence].sort((a, b) => a.timeUs - b.timeUs);
  return {
    actions: actions.map((action) => scoreAction(action, sorted)),
    falseAlerts: clusters(sorted)
      .filter((cluster) => !cluster.some((item) => actions.some((action) => touches(action, item))))
      .map((cluster) => ({
        startUs: cluster[0]!.timeUs,
        endUs: cluster.at(-1)!.timeUs,
        evidence: cluster.length,
        incidents: [...new Set(cluster.map((item) => item.incident))],
      })),
  };
}

function scoreAction(action: Action, sorted: readonly AlertEvidence[]): ScoredAction {
  const inside = sorted.filter((item) => touches(action, item));
  const named = inside.filter((item) => item.path === action.path);
  return { action, found: inside[0], named: named.length > 0, reported: severityFor(action, named, inside) };
}

/**
 * Attacks follow each other within the widened interval: the evidence nearest to the action counts, of the action's own
 * path where any is, what was seen before what was estimated, and then the highest severity.
 */
function severityFor(
  { startUs, endUs }: Action,
  named: readonly AlertEvidence[],
  inside: readonly AlertEvidence[],
): number | undefined {
  const items = named.length > 0 ? named : inside;
  const away = ({ timeUs }: AlertEvidence): number => Math.max(startUs - timeUs, timeUs - endUs, 0);
  const least = Math.min(...items.map(away));
  const near = items.filter((item) => away(item) === least);
  const seen = near.filter(({ estimated }) => !estimated);
  const severities = (seen.length > 0 ? seen : near).map(({ severity }) => severity);
  return severities.length === 0 ? undefined : Math.max(...severities);
}

/**
 * Each incident once, as if it were one action: with the highest label among the actions of its path that it has
 * evidence of. An incident may be made of attacks of several severities.
 */
export function incidentsAsActions(actions: readonly Action[], evidence: readonly AlertEvidence[]): EpisodeScore {
  const incidents = new Map<string, ScoredAction>();
  for (const item of evidence) {
    const touched = actions.filter((action) => action.path === item.path && touches(action, item));
    for (const action of touched) {
      const known = incidents.get(item.incident);
      if (known && (known.action.severity ?? 0) >= (action.severity ?? 0)) continue;
      incidents.set(item.incident, { action, found: item, named: true, reported: item.severity });
    }
  }
  return { actions: [...incidents.values()], falseAlerts: [] };
}

function touches(action: Action, item: AlertEvidence): boolean {
  return item.timeUs >= action.startUs - BEFORE_US && item.timeUs <= action.endUs + AFTER_US;
}

function clusters(sorted: readonly AlertEvidence[]): AlertEvidence[][] {
  const found: AlertEvidence[][] = [];
  for (const item of sorted) {
    const last = found.at(-1);
    if (last && item.timeUs - last.at(-1)!.timeUs <= CLUSTER_GAP_US) last.push(item);
    else found.push([item]);
  }
  return found;
}

/** The same actions `shiftUs` later: what is then 'detected' is coincidence. */
export function shifted(actions: readonly Action[], shiftUs: number): Action[] {
  return actions.map((action) => ({ ...action, startUs: action.startUs + shiftUs, endUs: action.endUs + shiftUs }));
}
