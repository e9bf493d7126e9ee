import type { ActKind, AttackPath, ValueAct, WebParameter, WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { evidenceOf, logLikelihoodRatio, type WeightedEvidence } from '../scoring/weighted-evidence.js';
import {
  expectedReading,
  gradeProbability,
  learnedValues,
  learnGrade,
  NEVER_SEEN,
  type GradeTable,
} from './grade-probability.js';
import { isBarePath, pathStrength } from './path-evidence.js';
import { describe, parameterContexts } from './web-contexts.js';

/**
 * What a value reads as, against what its field held. The probabilities under an attack are what such attacks need by their
 * nature; the priors say how often a value of any application reads so. Both were set on texts of our own
 * (libs/evaluation/corpus), before any suite or recording was scored.
 */
const SQL: GradeTable = {
  name: 'sql',
  underAttack: [0.05, 0.05, 0.08, 0.22, 0.6],
  prior: [0.985, 0.01, 0.005, 1e-5, 5e-7],
  floor: [0, 0.005, 0.0025, 4e-6, 4e-7],
  top: 3,
};
const MARKUP: GradeTable = {
  name: 'markup',
  underAttack: [0.03, 0.02, 0.05, 0.9],
  prior: [0.99, 0.006, 0.004, 7e-7],
  floor: [0, 0.003, 0.002, 7e-7],
  top: 3,
};
const ACT: Omit<GradeTable, 'name'> = {
  underAttack: [0, 0.1, 0.3, 0.9],
  prior: [0.98, 8e-3, 3e-3, 7e-7],
  floor: [0, 4e-3, 3e-3, 7e-7],
  top: 2,
};
/** Who links to a host within, or to a file above, names it plainly: that excuses no disguised address, and no system's file. */
const PLAIN_PLACE = 1e-5;
const PLACES: ReadonlySet<string> = new Set(['address', 'traversal']);
/** Who edits rich text may embed a frame one day; a script, hardly. */
const CARRIED_FRAME = 1e-3;
const CARRIED_SCRIPT = 1e-5;

/** What each kind of act is called, and which path it takes. */
export const ACTS: Readonly<
  Record<ActKind, { readonly path: AttackPath; readonly finding: string; readonly cwe: string; readonly words: string }>
> = {
  command: { path: 'web-shell', finding: 'command-injection', cwe: 'CWE-78', words: 'holds a command for a shell' },
  template: {
    path: 'web-shell',
    finding: 'template-injection',
    cwe: 'CWE-1336',
    words: 'holds an expression of a template engine',
  },
  code: { path: 'web-shell', finding: 'code-injection', cwe: 'CWE-94', words: 'holds program text for the server' },
  traversal: {
    path: 'path-traversal',
    finding: 'path-traversal',
    cwe: 'CWE-22',
    words: 'reaches for a file elsewhere',
  },
  address: { path: 'ssrf', finding: 'server-side-request', cwe: 'CWE-918', words: 'is an address within the network' },
  nosql: { path: 'sqli', finding: 'nosql-injection', cwe: 'CWE-943', words: 'holds an operator of a query' },
  ldap: {
    path: 'unknown',
    finding: 'ldap-injection',
    cwe: 'CWE-90',
    words: 'goes on as a filter of a directory search',
  },
  xpath: { path: 'unknown', finding: 'xpath-injection', cwe: 'CWE-643', words: 'goes on as an XPath expression' },
  entity: { path: 'path-traversal', finding: 'external-entity', cwe: 'CWE-611', words: 'declares an external entity' },
  header: { path: 'unknown', finding: 'header-injection', cwe: 'CWE-113', words: 'goes on with a header of its own' },
  prototype: { path: 'unknown', finding: 'prototype-pollution', cwe: 'CWE-1321', words: "names an object's prototype" },
};
const ACT_TABLES = new Map(
  Object.keys(ACTS).map((kind): [string, GradeTable] => [
    kind,
    { name: kind, ...ACT, ...(PLACES.has(kind) && { weaker: PLAIN_PLACE }) },
  ]),
);
const SQL_ACTS = [
  '',
  'contains unbalanced quotes',
  'continues as an SQL expression',
  'contains an SQL fragment that injections also contain',
  'contains an SQL fragment typical of injection',
];
const MARKUP_ACTS = [
  '',
  'contains markup',
  'contains markup that loads or links',
  'contains markup that runs a script',
];

export function learnReadings(table: SmoothedCounts, contexts: readonly string[], parameter: WebParameter): void {
  learnGrade(table, SQL, contexts, parameter.sql, sqlSort(parameter));
  learnGrade(table, MARKUP, contexts, parameter.markup, markupSort(parameter));
  for (const act of parameter.acts ?? []) learnGrade(table, tableOf(act.kind), contexts, act.grade, actSort(act));
}

export function sqlEvidence(
  table: SmoothedCounts,
  event: WebRequest,
  parameter: WebParameter,
): WeightedEvidence | undefined {
  if (parameter.sql === 0) return undefined;
  const benign = gradeProbability(table, SQL, event, parameter, parameter.sql, sqlSort(parameter));
  const strength = logLikelihoodRatio(SQL.underAttack[parameter.sql] ?? 0, benign) + hidden(parameter);
  const observed = `${describe(parameter)} ${SQL_ACTS[parameter.sql] ?? ''}: ${parameter.sqlTokens}`;
  const expected = expectedReading(table, SQL, event, parameter);
  return {
    path: 'sqli',
    weight: strength,
    evidence: evidenceOf(event, 'sql-in-parameter', observed, expected, strength),
  };
}

export function markupEvidence(table: SmoothedCounts, event: WebRequest, parameter: WebParameter): WeightedEvidence[] {
  if (parameter.markup === 0) return [];
  const sort = markupSort(parameter);
  const benign = gradeProbability(table, MARKUP, event, parameter, parameter.markup, sort);
  const rich = parameter.markup === 3 ? richShare(table, event, parameter) : 0;
  const carried = rich * (sort === 'frame' ? CARRIED_FRAME : CARRIED_SCRIPT);
  const strength = logLikelihoodRatio(MARKUP.underAttack[parameter.markup] ?? 0, benign + carried) + hidden(parameter);
  const observed = `${describe(parameter)} ${MARKUP_ACTS[parameter.markup] ?? ''}: ${parameter.markupTokens}`;
  const expected = expectedReading(table, MARKUP, event, parameter);
  const observation: WeightedEvidence = {
    path: 'xss',
    weight: strength,
    evidence: evidenceOf(event, 'script-in-parameter', observed, expected, strength),
  };
  return parameter.reflected && parameter.markup >= 2
    ? [observation, reflectedEvidence(table, event, parameter)]
    : [observation];
}

export function actEvidence(
  table: SmoothedCounts,
  event: WebRequest,
  parameter: WebParameter,
  act: ValueAct,
): WeightedEvidence {
  const of = tableOf(act.kind);
  const { path, words } = ACTS[act.kind];
  const strength = strengthOf(table, of, event, parameter, act) + hidden(parameter);
  const observed = `${describe(parameter)} ${words}: ${act.tokens}`;
  const expected = expectedAct(table, of, event, parameter);
  return {
    path,
    weight: strength,
    evidence: evidenceOf(event, `${act.kind}-in-parameter`, observed, expected, strength),
  };
}

function strengthOf(
  table: SmoothedCounts,
  of: GradeTable,
  event: WebRequest,
  parameter: WebParameter,
  act: ValueAct,
): number {
  if (isBarePath(act, parameter)) return pathStrength(table, event, parameter, act);
  const benign = gradeProbability(table, of, event, parameter, act.grade, actSort(act));
  return logLikelihoodRatio(of.underAttack[act.grade] ?? 0, benign);
}

/** Acts are counted where there are some; every value is counted by how it reads as SQL. */
function expectedAct(table: SmoothedCounts, of: GradeTable, event: WebRequest, parameter: WebParameter): string {
  const { context, of: whose } = learnedValues(table, SQL, event, parameter);
  const learned = table.at(SQL.name, context).total;
  return learned === 0 ? NEVER_SEEN : `${table.at(of.name, context).total} of ${learned} ${whose} did`;
}

function reflectedEvidence(table: SmoothedCounts, event: WebRequest, parameter: WebParameter): WeightedEvidence {
  const { own } = parameterContexts(event, parameter);
  const told = logLikelihoodRatio(
    0.5,
    table.at('reflected', own).probability('yes', 0.02, Math.max(table.at('form', own).total, 10)),
  );
  const observed = `the response repeats ${describe(parameter)} unescaped`;
  const expected = 'markup in a value is escaped or not shown';
  return { path: 'xss', weight: told, evidence: evidenceOf(event, 'reflected', observed, expected, told) };
}

/** Share of the field's values that hold elements which load or link: what an editor of rich text sends. */
function richShare(table: SmoothedCounts, event: WebRequest, parameter: WebParameter): number {
  const held = table.at(MARKUP.name, parameterContexts(event, parameter).own);
  return held.count('2') / Math.max(held.total, 1);
}

/** What an injected piece is made of: values of one sort excuse each other. */
function sqlSort({ sql, sqlTokens }: WebParameter): string {
  const made =
    /\b(?:union|select|sleep|benchmark|pg_sleep|waitfor|case|order|having|limit|like|or|and|xor)\b|;|,|\|\||&&|[=<>]|--|#|\/\*|[-+*/%]/.exec(
      sqlTokens,
    );
  return `${sql} ${made?.[0] ?? 'other'}`;
}

function markupSort({ markup, markupTokens }: WebParameter): string {
  if (markup < 3) return String(markup);
  return (
    /\b(?:inline|source|handler|scheme|frame|other)\b/.exec(markupTokens.split(' ').reverse().join(' '))?.[0] ??
    'script'
  );
}

function actSort({ grade, tokens, at }: ValueAct): string {
  return at === undefined ? `${grade} ${tokens}` : `${grade} ${tokens} ${at}`;
}

function tableOf(kind: ActKind): GradeTable {
  return ACT_TABLES.get(kind)!;
}

/** Encodings that nobody needs but to pass a filter. One is common: a URL within a URL. */
function hidden({ extraDecodings }: WebParameter): number {
  return extraDecodings >= 2 ? 2 : 0;
}
