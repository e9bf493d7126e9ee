import { US_PER_SECOND, type AttackPath, type TimeUs } from '@plimsoll/contracts';

import { shifted, type Action } from './action-scoring.js';
import type { EpisodeOutcome } from './evaluate-recordings.js';
import { namedByAlerts, namedByVerdicts } from './evidence.js';
import { episodeBootstrap, f1, proportion, type Proportion } from './intervals.js';
import { scoreRequests, type NamedEvent, type RequestAction, type RequestCounts } from './request-scoring.js';

/** One application as one view of it (the incidents, a level, a rule set) fares, by request. */
export interface RequestScore {
  readonly application: string;
  readonly view: string;
  readonly recall: Proportion;
  readonly precision: Proportion;
  readonly f1: number;
  /** 95 % bootstrap over episodes. */
  readonly f1Low: number;
  readonly f1High: number;
  /** Of the detected, those of which an incident has the action's path. */
  readonly named: Proportion;
  readonly falseEvents: number;
  readonly falseIncidents: number;
  /** False incidents by application-hour. */
  readonly falseIncidentsPerHour: number;
  /** Recall with every label 7 s later. */
  readonly coincidence: Proportion;
  readonly kinds: readonly RequestKind[];
  /** The counts that the row is made of: what another run is compared with. */
  readonly episodes: readonly {
    readonly episode: string;
    readonly actions: number;
    readonly detected: number;
    readonly falseEvents: number;
  }[];
}

export interface RequestKind {
  readonly path: AttackPath;
  readonly kind: string;
  readonly recall: Proportion;
  readonly named: Proportion;
}

interface Seen {
  readonly episode: string;
  readonly actions: readonly Action[];
  readonly evidence: readonly NamedEvent[];
  readonly spanUs: TimeUs;
}

const COINCIDENCE_SHIFT_US = 7 * US_PER_SECOND;
const US_PER_HOUR = 3600 * US_PER_SECOND;

/** By application: its incidents, each level by itself, and the detector that alerts on every request. */
export function requestTable(outcomes: readonly EpisodeOutcome[]): RequestScore[] {
  const applications = [...new Set(outcomes.map(({ application }) => application))].sort();
  return applications.flatMap((application) => {
    const own = outcomes.filter((outcome) => outcome.application === application);
    const row = (view: string, evidenceOf: (outcome: EpisodeOutcome) => NamedEvent[]): RequestScore =>
      scoreApplication(
        application,
        view,
        own.map((outcome) => ({ ...outcome, evidence: evidenceOf(outcome) })),
      );
    const levels = [...new Set(own.flatMap(({ verdicts }) => verdicts.map(({ level }) => level)))].sort();
    return [
      row('incidents', namedByAlerts),
      ...levels.map((level) => row(level, (outcome) => namedByVerdicts(outcome, level))),
      row('always alert', everyRequest),
    ];
  });
}

/** An incident for each request. Under a measure by which this does well, nothing can be told. */
function everyRequest({ requests }: EpisodeOutcome): NamedEvent[] {
  return requests.map(({ id, timeUs }) => ({
    id,
    timeUs,
    saidUs: timeUs,
    window: false,
    incident: id,
    path: 'unknown',
  }));
}

/** Scores the test episodes of one application as one view saw them. */
export function scoreApplication(application: string, view: string, episodes: readonly Seen[]): RequestScore {
  const counts = episodes.map(({ actions, evidence }) => scoreRequests(actions, evidence));
  const actions = counts.flatMap((count) => count.actions);
  const { low, high } = episodeBootstrap(counts, f1Of);
  const coincident = episodes.flatMap(
    (episode) => scoreRequests(shifted(episode.actions, COINCIDENCE_SHIFT_US), episode.evidence).actions,
  );
  const hours = episodes.reduce((sum, { spanUs }) => sum + spanUs, 0) / US_PER_HOUR;
  const falseIncidents = counts.reduce((sum, count) => sum + count.falseIncidents, 0);
  return {
    application,
    view,
    recall: recallOf(actions),
    precision: precisionOf(counts),
    f1: f1Of(counts),
    f1Low: low,
    f1High: high,
    named: namedOf(actions),
    falseEvents: falseEventsOf(counts),
    falseIncidents,
    falseIncidentsPerHour: hours > 0 ? falseIncidents / hours : 0,
    coincidence: recallOf(coincident),
    kinds: kindsOf(actions),
    episodes: counts.map((count, i) => ({
      episode: episodes[i]!.episode,
      actions: count.actions.length,
      detected: count.actions.filter(({ detected }) => detected).length,
      falseEvents: count.falseEvents,
    })),
  };
}

function kindsOf(actions: readonly RequestAction[]): RequestKind[] {
  const kinds = new Map<string, RequestAction[]>();
  for (const item of actions) {
    const key = `${item.action.path} ${item.action.kind}`;
    kinds.set(key, [...(kinds.get(key) ?? []), item]);
  }
  return [...kinds.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, items]) => ({
      path: items[0]!.action.path,
      kind: items[0]!.action.kind,
      recall: recallOf(items),
      named: namedOf(items),
    }));
}

function recallOf(actions: readonly RequestAction[]): Proportion {
  return proportion(actions.filter(({ detected }) => detected).length, actions.length);
}

function namedOf(actions: readonly RequestAction[]): Proportion {
  const detected = actions.filter((action) => action.detected);
  return proportion(detected.filter(({ named }) => named).length, detected.length);
}

function precisionOf(counts: readonly RequestCounts[]): Proportion {
  const detected = recallOf(counts.flatMap(({ actions }) => actions)).hits;
  return proportion(detected, detected + falseEventsOf(counts));
}

function falseEventsOf(counts: readonly RequestCounts[]): number {
  return counts.reduce((sum, { falseEvents }) => sum + falseEvents, 0);
}

function f1Of(counts: readonly RequestCounts[]): number {
  return f1(precisionOf(counts).share, recallOf(counts.flatMap(({ actions }) => actions)).share);
}
