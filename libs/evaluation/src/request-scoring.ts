import { US_PER_SECOND, type AttackPath, type TimeUs } from '@plimsoll/contracts';

import type { Action } from './action-scoring.js';

/** An event, or a window of calls, that an incident names as evidence. */
export interface NamedEvent {
  /** Identity of the event or of the window: named twice, it counts once. */
  readonly id: string;
  /** When the event happened; of a window, its end. */
  readonly timeUs: TimeUs;
  /** End of what was scored, in event time: earlier nothing could be said. */
  readonly saidUs: TimeUs;
  readonly window: boolean;
  readonly incident: string;
  /** Path that the incident was given. */
  readonly path: AttackPath;
}

export interface RequestAction {
  readonly action: Action;
  readonly detected: boolean;
  /** When the first of what detects it could be said; none where all of that was said before it began. */
  readonly saidUs: TimeUs | undefined;
  /** Some incident that detects it has its path. */
  readonly named: boolean;
}

export interface RequestCounts {
  readonly actions: readonly RequestAction[];
  /** Distinct events and windows outside every action and its echo. */
  readonly falseEvents: number;
  /** Incidents none of whose evidence touches an action or its echo. */
  readonly falseIncidents: number;
}

/** Slack for clocks around an action's own interval. */
const CLOCK_SLACK_US = 0.05 * US_PER_SECOND;
/** The page that delivers a stored script comes before the request that it makes; redirects come after one. */
const ECHO_BEFORE_US = 0.3 * US_PER_SECOND;
const ECHO_AFTER_US = US_PER_SECOND;
/** A window of calls counts where it ends this near to an action. */
const WINDOW_SLACK_US = US_PER_SECOND;

/**
 * Scores one episode by request: an action is detected by an event inside its own interval (50 ms of slack), or by a
 * window of calls that ends within a second of it. What lies in the echo of an action, `[start - 0.3 s, end + 1 s]`,
 * counts neither way; every other event or window is false. A time on a whole second is that of a log which tells no
 * parts of seconds: its event happened anywhere in that second, and is false only if all of it is. Cost: actions ×
 * evidence.
 */
export function scoreRequests(actions: readonly Action[], evidence: readonly NamedEvent[]): RequestCounts {
  const astray = evidence.filter((item) => !actions.some((action) => inEcho(action, item)));
  const touching = new Set(
    evidence
      .filter((item) => actions.some((action) => inEcho(action, item) || detects(action, item)))
      .map(({ incident }) => incident),
  );
  const incidents = new Set(evidence.map(({ incident }) => incident));
  return {
    actions: actions.map((action) => {
      const inside = evidence.filter((item) => detects(action, item));
      const said = inside.map(({ saidUs }) => saidUs).filter((saidUs) => saidUs >= action.startUs);
      const saidUs = said.length > 0 ? Math.min(...said) : undefined;
      const named = inside.some(({ path }) => path === action.path);
      return { action, detected: inside.length > 0, saidUs, named };
    }),
    falseEvents: new Set(astray.map(({ id }) => id)).size,
    falseIncidents: [...incidents].filter((incident) => !touching.has(incident)).length,
  };
}

function detects({ startUs, endUs }: Action, { timeUs, window }: NamedEvent): boolean {
  const slackUs = window ? WINDOW_SLACK_US : CLOCK_SLACK_US;
  return timeUs >= startUs - slackUs && timeUs <= endUs + slackUs;
}

function inEcho({ startUs, endUs }: Action, { timeUs, window }: NamedEvent): boolean {
  const beforeUs = window ? WINDOW_SLACK_US : ECHO_BEFORE_US;
  const withinUs = !window && timeUs % US_PER_SECOND === 0 ? US_PER_SECOND : 0;
  return timeUs + withinUs >= startUs - beforeUs && timeUs <= endUs + ECHO_AFTER_US;
}
