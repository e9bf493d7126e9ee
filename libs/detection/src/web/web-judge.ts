import type { ActKind, AttackPath, WebParameter, WebRequest } from '@plimsoll/contracts';

import type { ChanceTable } from '../chance/chance-table.js';
import { sum, type Clue } from '../chance/clue.js';
import { ceilingOf } from '../chance/threshold.js';
import { changes } from './changes.js';
import { hostClues, learnHost } from './host-clues.js';
import { learnOrigin, originClues } from './origin-clues.js';
import { learnParameters, parameterClues, type ParameterClues } from './parameter-clues.js';
import { learnPlace, placeClues } from './place-clues.js';
import { firedClues } from './fired-clues.js';
import { deliveryOf, learnScripts, reflectedScriptClues } from './script-clues.js';
import { ACTS } from './reading-clues.js';
import { isShownEncoded, learnShown } from './shown-values.js';
import { learnStatements, statementClue } from './statement-clues.js';
import { actionOf } from './web-contexts.js';
import { learnUnseen, unseenClues } from './unseen-clues.js';
import { askedUploadClues, learnUploads, uploadClues } from './upload-clues.js';
import { rememberVisit, type WebState } from './web-state.js';

/** A request judged: the likeliest attack, how much speaks for it, and the clues. */
export interface WebJudgement {
  readonly path: AttackPath;
  /** A stable word for what was found. */
  readonly finding: string;
  /** Log-likelihood ratio against benign use, nats; 0 where nothing speaks for an attack. */
  readonly score: number;
  readonly clues: readonly Clue[];
  readonly changes: boolean;
}

/** The finding of a request that a script made by itself. */
export const SCRIPT_ACTED = 'script-acted';

const NOTHING = { path: 'unknown', finding: 'unremarkable', score: 0, clues: [] } as const;

/** Takes a benign request into the counts, then into its session's memory. */
export function learnRequest(table: ChanceTable, event: WebRequest, state: WebState): void {
  learnParameters(table, event);
  learnOrigin(table, event, state);
  learnHost(table, event);
  learnStatements(table, event);
  learnScripts(table, event);
  learnShown(table, event);
  learnPlace(table, event);
  learnUploads(table, event);
  learnUnseen(table, event);
  rememberVisit(state, event, actionOf(event), undefined);
}

/** Judges a request against the counts and what its session did; alters `state` alone. */
export function judgeRequest(table: ChanceTable, event: WebRequest, state: WebState): WebJudgement {
  const parameters = parameterClues(table, event);
  const candidates = [
    injection(table, event, parameters),
    scripting(table, event, parameters),
    ...acting(parameters),
    unusualValue(parameters),
    fired(table, event, state),
    forgery(table, event, state),
    shell(table, event),
    upload(table, event),
    hidden(table, event),
  ];
  const best = candidates.reduce((worst, next) => (aboveCeiling(next) > aboveCeiling(worst) ? next : worst));
  rememberVisit(state, event, actionOf(event), deliveryOf(table, event));
  return { ...(best.score > 0 ? best : NOTHING), changes: changes(table, event) };
}

type Candidate = Omit<WebJudgement, 'changes'>;

function aboveCeiling({ score, path }: Candidate): number {
  return score - ceilingOf(path);
}

function candidate(path: AttackPath, finding: string, clues: readonly Clue[]): Candidate {
  return { path, finding, score: Math.max(sum(clues), 0), clues };
}

/** An attack needs one parameter: the most telling one counts, with what the statements say. */
function injection(table: ChanceTable, event: WebRequest, parameters: readonly ParameterClues[]): Candidate {
  const statement = statementClue(table, event);
  const clues = strongest(parameters, ({ parameter, sql, shape }) => {
    if (sql !== undefined) return [sql, asPath(shape, 'sqli')];
    return /['"`();#]/.test(parameter.signs) && (parameter.acts ?? []).length === 0 ? [asPath(shape, 'sqli')] : [];
  });
  // That nothing became syntax speaks against what the values suggest, and for nothing else.
  if (statement && (statement.nats > 0 || clues.length > 0)) clues.push(statement);
  return candidate('sqli', 'sql-injection', clues);
}

function scripting(table: ChanceTable, event: WebRequest, parameters: readonly ParameterClues[]): Candidate {
  const clues = strongest(parameters, ({ parameter, markup, shape }) =>
    parameter.markup > 0 && !isShownEncoded(table, event, parameter) ? [...markup, asPath(shape, 'xss')] : [],
  );
  const reflected = reflectedScriptClues(table, event);
  clues.push(...reflected);
  return candidate(
    'xss',
    reflected.length > 0 || clues.some(({ evidence }) => evidence.kind === 'reflected')
      ? 'reflected-script'
      : 'script-in-parameter',
    clues,
  );
}

/** Injections of other kinds: of each, the most telling parameter counts. */
function acting(parameters: readonly ParameterClues[]): Candidate[] {
  const kinds = new Set(parameters.flatMap(({ acts }) => acts.map(({ kind }) => kind)));
  return [...kinds].map((kind) => {
    const { path, finding } = ACTS[kind];
    const clues = strongest(parameters, ({ parameter, acts, shape }) => {
      const act = acts.find((one) => one.kind === kind);
      if (act === undefined || isOfScript(kind, parameter)) return [];
      return act.grade > 1 ? [act.clue, asPath(shape, path)] : [act.clue];
    });
    return candidate(path, finding, clues);
  });
}

/** The text of a script may read as a command too: `fetch(\`/id\`)`. */
function isOfScript(kind: ActKind, { markup }: WebParameter): boolean {
  return markup >= 3 && (kind === 'command' || kind === 'code');
}

/** A field that held numbers alone holds something written as syntax is, whatever the attack is called. */
function unusualValue(parameters: readonly ParameterClues[]): Candidate {
  const clues = strongest(parameters, ({ syntaxInNumbers, shape }) => (syntaxInNumbers ? [shape] : []));
  return candidate('unknown', 'unusual-value', clues);
}

function fired(table: ChanceTable, event: WebRequest, state: WebState): Candidate {
  return candidate('xss', SCRIPT_ACTED, firedClues(table, event, state));
}

function forgery(table: ChanceTable, event: WebRequest, state: WebState): Candidate {
  return candidate('csrf', 'forged-request', [...originClues(table, event, state), ...hostClues(table, event)]);
}

function shell(table: ChanceTable, event: WebRequest): Candidate {
  return candidate('web-shell', 'new-program-answers', [
    ...placeClues(table, event),
    ...askedUploadClues(table, event),
  ]);
}

function hidden(table: ChanceTable, event: WebRequest): Candidate {
  return candidate('unknown', 'request-not-fully-seen', unseenClues(table, event));
}

function upload(table: ChanceTable, event: WebRequest): Candidate {
  return candidate('web-shell', 'program-uploaded', uploadClues(table, event));
}

function strongest(parameters: readonly ParameterClues[], cluesOf: (of: ParameterClues) => Clue[]): Clue[] {
  let best: Clue[] = [];
  for (const parameter of parameters) {
    const clues = cluesOf(parameter).map((clue) => ({ ...clue, parameter: parameter.parameter.name }));
    if (sum(clues) > sum(best)) best = clues;
  }
  return best;
}

function asPath(clue: Clue, path: AttackPath): Clue {
  return { ...clue, path };
}
