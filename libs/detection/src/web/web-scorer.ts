import type { ActKind, AttackPath, WebParameter, WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { sum, type WeightedEvidence } from '../scoring/weighted-evidence.js';
import { CEILING_NATS, ceilingOf } from '../events/threshold.js';
import { caughtEvidence } from './caught-session.js';
import { changes } from './changes.js';
import { guessEvidence, learnTries } from './guess-evidence.js';
import { hostEvidence, learnHost } from './host-evidence.js';
import { learnOrigin, originEvidence } from './origin-evidence.js';
import { breaksOut, learnParameters, parameterEvidence, type ParameterEvidence } from './parameter-evidence.js';
import { learnPrograms, programEvidence } from './program-evidence.js';
import { firedEvidence, plantedBy } from './fired-evidence.js';
import { deliveryOf, learnScripts, reflectedScriptEvidence } from './script-evidence.js';
import { ACTS } from './reading-evidence.js';
import { isShownEncoded, learnShown } from './shown-values.js';
import { learnStatements, statementEvidence } from './statement-evidence.js';
import { actionOf } from './web-contexts.js';
import { learnUnseen, unseenEvidence } from './unseen-evidence.js';
import { askedUploadEvidence, learnUploads, uploadEvidence } from './upload-evidence.js';
import { rememberVisit, type WebState } from './web-state.js';

/** A request scored: the likeliest attack, how much speaks for it, and the observations. */
export interface ScoredRequest {
  readonly path: AttackPath;
  /** A stable word for what was found. */
  readonly finding: string;
  /** Log-likelihood ratio against benign use, nats; 0 where nothing speaks for an attack. */
  readonly score: number;
  readonly observations: readonly WeightedEvidence[];
  readonly changes: boolean;
  /** Of the score, what it says that the session was caught before. */
  readonly caught?: number | undefined;
  /** Of a request that a script made: the event that brought the script, where it was seen. */
  readonly planted?: string | undefined;
  /** Of what several sessions of one client show together: the client. */
  readonly client?: string | undefined;
}

/** The finding of a request that a script made by itself. */
export const SCRIPT_ACTED = 'script-acted';
/** The finding of a try that got in after many that failed. */
export const CREDENTIAL_FOUND = 'credential-found';

/** Fewer nats than this every session reaches now and then. */
const LEAST_NATS = 3;
/** That the field never held a slash is known of the place already. */
const SHAPE_BESIDE_PLACE = 0.5;
const NOTHING = { path: 'unknown', finding: 'unremarkable', score: 0, observations: [] } as const;

/** Takes a benign request into the counts, then into its session's memory. */
export function learnRequest(table: SmoothedCounts, event: WebRequest, state: WebState): void {
  learnParameters(table, event);
  learnOrigin(table, event, state);
  learnHost(table, event);
  learnStatements(table, event);
  learnScripts(table, event);
  learnShown(table, event);
  learnPrograms(table, event);
  learnUploads(table, event);
  learnUnseen(table, event);
  learnTries(table, event, state);
  rememberVisit(state, event, actionOf(event), undefined);
}

/**
 * Scores a request against the counts and what its session did; alters `state` alone. Of several attacks it may be, the one
 * that is nearest to being told, or furthest beyond, where `line` nats are told of any path.
 */
export function scoreRequest(
  table: SmoothedCounts,
  event: WebRequest,
  state: WebState,
  line = CEILING_NATS,
): ScoredRequest {
  const parameters = parameterEvidence(table, event);
  const changing = changes(table, event);
  const candidates = [
    injection(table, event, parameters),
    scripting(table, event, parameters),
    ...acting(parameters),
    unusualValue(parameters),
    placed(parameters),
    fired(table, event, state, changing),
    forgery(table, event, state, changing),
    shell(table, event),
    upload(table, event),
    hidden(table, event),
    guessing(table, event, state),
  ].map((found) => ofCaught(found, event, state));
  const best = candidates.reduce((a, b) => (nearness(b, line) > nearness(a, line) ? b : a));
  rememberVisit(state, event, actionOf(event), deliveryOf(table, event));
  const { path, finding, score, observations, caught, planted, client }: Candidate = best.score > 0 ? best : NOTHING;
  return { path, finding, score, observations, caught, planted, client, changes: changing };
}

type Candidate = Omit<ScoredRequest, 'changes'>;

/** With what it says that the session was caught before. */
function ofCaught(found: Candidate, event: WebRequest, state: WebState): Candidate {
  const caught = caughtEvidence(event, state, found.path, found.score);
  if (caught === undefined) return found;
  const score = found.score + caught.weight;
  return { ...found, score, caught: caught.weight, observations: [...found.observations, caught] };
}

/** Nats beyond what is told; short of that the part that is there. What is noise comes last, as far from being told as it is. */
function nearness({ score, path }: Candidate, line: number): number {
  const told = Math.min(line, ceilingOf(path));
  if (score < LEAST_NATS) return score - ceilingOf(path);
  return score < told ? score / told - 1 : score - told;
}

function candidate(path: AttackPath, finding: string, observations: readonly WeightedEvidence[]): Candidate {
  return { path, finding, score: Math.max(sum(observations), 0), observations };
}

/** An attack needs one parameter: the most telling one counts, with what the statements say. */
function injection(table: SmoothedCounts, event: WebRequest, parameters: readonly ParameterEvidence[]): Candidate {
  const statement = statementEvidence(table, event);
  const observations = strongest(parameters, ({ parameter, sql, shape }) => {
    if (sql !== undefined) return [sql, asPath(shape, 'sqli')];
    return breaksOut(parameter) && (parameter.acts ?? []).length === 0 ? [asPath(shape, 'sqli')] : [];
  });
  // That nothing became syntax speaks against what the values suggest, and for nothing else.
  if (statement && (statement.weight > 0 || observations.length > 0)) observations.push(statement);
  return candidate('sqli', 'sql-injection', observations);
}

function scripting(table: SmoothedCounts, event: WebRequest, parameters: readonly ParameterEvidence[]): Candidate {
  const observations = strongest(parameters, ({ parameter, markup, shape }) =>
    parameter.markup > 0 && !isShownEncoded(table, event, parameter) ? [...markup, asPath(shape, 'xss')] : [],
  );
  const reflected = reflectedScriptEvidence(table, event);
  observations.push(...reflected);
  return candidate(
    'xss',
    reflected.length > 0 || observations.some(({ evidence }) => evidence.kind === 'reflected')
      ? 'reflected-script'
      : 'script-in-parameter',
    observations,
  );
}

/** Injections of other kinds: of each, the most telling parameter counts. */
function acting(parameters: readonly ParameterEvidence[]): Candidate[] {
  if (parameters.length === 0) return [];
  const kinds = new Set(parameters.flatMap(({ acts }) => acts.map(({ kind }) => kind)));
  return [...kinds].map((kind) => {
    const { path, finding } = ACTS[kind];
    const observations = strongest(parameters, ({ parameter, acts, shape }) => {
      const act = acts.find((one) => one.kind === kind);
      if (act === undefined || isOfScript(kind, parameter)) return [];
      if (act.shapeShare === 0) return [act.observation];
      return [act.observation, { ...asPath(shape, path), weight: act.shapeShare * shape.weight }];
    });
    return candidate(path, finding, observations);
  });
}

/** The text of a script may read as a command too: `fetch(\`/id\`)`. */
function isOfScript(kind: ActKind, { markup }: WebParameter): boolean {
  return markup >= 3 && (kind === 'command' || kind === 'code');
}

/** A field that held numbers alone holds something written as syntax is, whatever the attack is called. */
function unusualValue(parameters: readonly ParameterEvidence[]): Candidate {
  const observations = strongest(parameters, ({ syntaxInNumbers, shape }) => (syntaxInNumbers ? [shape] : []));
  return candidate('unknown', 'unusual-value', observations);
}

/** A field that held names alone holds a path from a root. */
function placed(parameters: readonly ParameterEvidence[]): Candidate {
  const observations = strongest(parameters, ({ place, shape }) =>
    place === undefined ? [] : [place, { ...asPath(shape, place.path), weight: SHAPE_BESIDE_PLACE * shape.weight }],
  );
  return candidate('path-traversal', ACTS.traversal.finding, observations);
}

function fired(table: SmoothedCounts, event: WebRequest, state: WebState, changing: boolean): Candidate {
  const observations = firedEvidence(table, event, state, changing);
  const made = candidate('xss', SCRIPT_ACTED, observations);
  return made.score > 0 ? { ...made, planted: plantedBy(event, state) } : made;
}

function forgery(table: SmoothedCounts, event: WebRequest, state: WebState, changing: boolean): Candidate {
  const observations = [...originEvidence(table, event, state, changing), ...hostEvidence(table, event)];
  return candidate('csrf', 'forged-request', observations);
}

function shell(table: SmoothedCounts, event: WebRequest): Candidate {
  return candidate('web-shell', 'new-program-answers', [
    ...programEvidence(table, event),
    ...askedUploadEvidence(table, event),
  ]);
}

function hidden(table: SmoothedCounts, event: WebRequest): Candidate {
  return candidate('unknown', 'request-not-fully-seen', unseenEvidence(table, event));
}

function guessing(table: SmoothedCounts, event: WebRequest, state: WebState): Candidate {
  const { observations, client } = guessEvidence(table, event, state);
  const found = observations.some(({ evidence }) => evidence.kind === CREDENTIAL_FOUND);
  const guessed = candidate('credential-guessing', found ? CREDENTIAL_FOUND : 'failed-tries', observations);
  return client === undefined ? guessed : { ...guessed, client };
}

function upload(table: SmoothedCounts, event: WebRequest): Candidate {
  return candidate('web-shell', 'program-uploaded', uploadEvidence(table, event));
}

function strongest(
  parameters: readonly ParameterEvidence[],
  evidenceOfAct: (of: ParameterEvidence) => WeightedEvidence[],
): WeightedEvidence[] {
  let best: WeightedEvidence[] = [];
  for (const parameter of parameters) {
    const observations = evidenceOfAct(parameter).map((observation) => ({
      ...observation,
      parameter: parameter.parameter.name,
    }));
    if (sum(observations) > sum(best)) best = observations;
  }
  return best;
}

function asPath(observation: WeightedEvidence, path: AttackPath): WeightedEvidence {
  return { ...observation, path };
}
