import type { AttackPath, SqlStatement } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import {
  evidenceOf,
  logLikelihoodRatio,
  overlapping,
  sum,
  type WeightedEvidence,
} from '../scoring/weighted-evidence.js';
import type { SqlState } from './sql-state.js';

/**
 * A statement against those that its workload learned. What an application combines freely (columns of a select, of an
 * update, lists) is folded in the template; an injected piece changes what follows a literal, and so leaves the template of
 * a learned statement half way. A client of another kind (a backup, a console) begins differently, and is not mistaken
 * for an injection.
 */
export interface ScoredStatement {
  readonly path: AttackPath;
  readonly finding: string;
  /** Nats; 0 where the statement is as learned. */
  readonly score: number;
  readonly observations: readonly WeightedEvidence[];
  readonly known: boolean;
}

type Mark = SqlStatement['marks'][number];

/** Benign probability of a mark in an application of which nothing is known, and its probability in an injected statement. */
const MARKS: Readonly<
  Partial<Record<Mark, { readonly prior: number; readonly attack: number; readonly words: string }>>
> = {
  'comment-tail': { prior: 2e-5, attack: 0.5, words: 'comments out the rest of the statement' },
  stacked: { prior: 5e-5, attack: 0.05, words: 'contains a stacked second statement' },
  union: { prior: 3e-4, attack: 0.2, words: 'UNION SELECT appended' },
  'constant-comparison': { prior: 1e-3, attack: 0.3, words: 'compares constants with each other' },
  'schema-table': { prior: 5e-4, attack: 0.1, words: "reads the database's schema tables" },
  'time-function': { prior: 5e-5, attack: 0.1, words: 'calls a delay function' },
  'file-access': { prior: 5e-5, attack: 0.03, words: 'accesses files on the database server' },
  'sub-select': { prior: 5e-3, attack: 0.2, words: 'contains a subquery' },
  'open-literal': { prior: 5e-3, attack: 0.1, words: 'contains an unterminated string literal' },
  'comment-inside': { prior: 5e-3, attack: 0.05, words: 'contains an inline comment' },
  'conditional-comment': { prior: 5e-3, attack: 0.02, words: 'contains a conditional comment' },
};
const PRIOR_STATEMENTS = 500;
/** Marks of one statement come together: beside the strongest, the others tell a third. */
const MARK_SHARE = 0.35;
const NEW_TEMPLATE_INJECTED = 0.9;
const NEW_COLUMN_INJECTED = 0.4;
const NEW_FUNCTION_INJECTED = 0.3;
const MOST_NOVEL_NATS = 7;
/** Weight, in written columns, of how stable the workload's other tables are, beside what one form of statement wrote. */
const STABILITY_STRENGTH = 5;
/** A statement that no learned one begins like, from a client that asked nothing learned: another program. */
const OTHER_CLIENT_SHARE = 0.25;

export function learnStatement(table: SmoothedCounts, event: SqlStatement): void {
  // Profiles hold templates under the name 'outline'.
  table.add('outline', event.outline);
  table.add('fingerprint', event.fingerprint);
  table.add('user', event.user ?? '');
  for (const mark of event.marks) table.add('mark', mark);
  table.add('mark', 'statement');
  for (const name of event.functions) table.add('function', name);
  for (const column of event.columnsWritten) {
    table.add(`column|${event.outline}`, column);
    table.add('column', `${event.outline}|${column}`);
  }
  if (event.response?.kind === 'error') table.add('failed', 'yes');
}

export function scoreStatement(table: SmoothedCounts, event: SqlStatement, state: SqlState): ScoredStatement {
  const known = table.count('outline', event.outline) > 0;
  const begins = known ? 'inside' : beginning(table, event.outline);
  const marks = markEvidence(table, event);
  const novel = [
    templateEvidence(table, event, known, begins),
    ...columnEvidence(table, event),
    ...functionEvidence(table, event),
  ];
  // A quote too many changes the template too: one fact, and more often a name with an apostrophe than an attack.
  const broken = marks.filter(({ evidence }) => evidence.kind === 'open-literal');
  const observations = [
    ...overlapping(
      marks.filter((mark) => !broken.includes(mark)),
      MARK_SHARE,
    ),
    ...overlapping([...broken, ...novel.filter((found) => found !== undefined)], MARK_SHARE),
  ];
  const other = anotherClient(table, event, state, begins);
  const score = Math.max(sum(observations), 0) * (other ? OTHER_CLIENT_SHARE : 1);
  const injected = begins !== 'apart' && observations.length > 0;
  return {
    path: injected ? 'sqli' : 'unknown',
    finding: injected ? 'injected-statement' : 'new-statement',
    score,
    observations,
    known: known && observations.length === 0,
  };
}

/** A backup, a console, a migration: an account never seen, or a connection that asked nothing learned and begins otherwise. */
function anotherClient(table: SmoothedCounts, event: SqlStatement, state: SqlState, begins: Beginning): boolean {
  if (event.user !== undefined && table.total('user') > 0 && table.count('user', event.user) === 0) return true;
  return state.known === 0 && (begins === 'apart' || (begins === 'table' && state.unknown >= 2));
}

function markEvidence(table: SmoothedCounts, event: SqlStatement): WeightedEvidence[] {
  if (table.count('fingerprint', event.fingerprint) > 0) return [];
  // A closed literal that a broken one left open fails: its quotes are a user's apostrophe more often than an attack.
  const observations = event.marks.flatMap((mark) => {
    const about = MARKS[mark];
    if (about === undefined) return [];
    const benign = probabilityOfMark(table, mark, about.prior);
    const strength = logLikelihoodRatio(about.attack, benign);
    const times = table.count('mark', mark);
    return strength <= 0
      ? []
      : [
          observation(
            event,
            mark,
            `${about.words}: ${event.fingerprint}`,
            `in ${times} of ${table.count('mark', 'statement')} learned statements`,
            strength,
          ),
        ];
  });
  return observations;
}

/** Probability that a statement bears the mark, drawn towards what applications in general do. */
function probabilityOfMark(table: SmoothedCounts, mark: Mark, prior: number): number {
  return (table.count('mark', mark) + PRIOR_STATEMENTS * prior) / (table.count('mark', 'statement') + PRIOR_STATEMENTS);
}

function templateEvidence(
  table: SmoothedCounts,
  event: SqlStatement,
  known: boolean,
  begins: Beginning,
): WeightedEvidence | undefined {
  if (known) return undefined;
  const strength = Math.min(
    logLikelihoodRatio(NEW_TEMPLATE_INJECTED, table.probabilityOfNew('outline')),
    MOST_NOVEL_NATS,
  );
  const where =
    begins === 'inside'
      ? ' that matches a learned one up to a literal'
      : begins === 'table'
        ? ' that matches a learned one up to its table'
        : '';
  const usual = table
    .values('outline')
    .slice(0, 2)
    .map(([template]) => template);
  return observation(
    event,
    'new-outline',
    `unknown statement${where}: ${event.outline}`,
    `${table.total('outline')} learned statements, such as: ${usual.join(' — ')}`,
    strength,
  );
}

/** A column that statements of this template never wrote. */
function columnEvidence(table: SmoothedCounts, event: SqlStatement): WeightedEvidence[] {
  const context = `column|${event.outline}`;
  if (table.total(context) === 0) return [];
  const added = event.columnsWritten.filter((column) => table.count(context, column) === 0);
  if (added.length === 0) return [];
  const probability = table.probabilityOfNew(context, table.probabilityOfNew('column'), STABILITY_STRENGTH);
  const strength = Math.min(logLikelihoodRatio(NEW_COLUMN_INJECTED, probability), MOST_NOVEL_NATS);
  const usual = table
    .values(context)
    .slice(0, 8)
    .map(([name]) => name);
  return [
    observation(
      event,
      'new-column',
      `writes ${added.slice(0, 8).join(', ')}`,
      `statements of this form write ${usual.join(', ')}`,
      strength,
    ),
  ];
}

function functionEvidence(table: SmoothedCounts, event: SqlStatement): WeightedEvidence[] {
  const added = event.functions.filter((name) => table.count('function', name) === 0);
  if (added.length === 0) return [];
  const share = (table.total('function') + 1) / (table.count('mark', 'statement') + 20);
  const strength = Math.min(logLikelihoodRatio(NEW_FUNCTION_INJECTED, Math.min(share, 0.2)), MOST_NOVEL_NATS);
  return [
    observation(
      event,
      'new-function',
      `calls ${added.slice(0, 8).join(', ')}`,
      `${table.values('function').length} functions known from learning`,
      strength,
    ),
  ];
}

type Beginning = 'inside' | 'table' | 'apart';

/** How far a new template goes along with a learned one: past a literal, past its table, or not at all. */
function beginning(table: SmoothedCounts, template: string): Beginning {
  const tokens = template.split(' ');
  let furthest: Beginning = 'apart';
  for (const [learned] of table.values('outline')) {
    const other = learned.split(' ');
    let i = 0;
    let literal = false;
    let named = false;
    while (i < tokens.length && tokens[i] === other[i]) {
      const token = tokens[i]!;
      if (token.startsWith('?') || (token === '*' && tokens[i - 1] === 'set')) literal = true;
      if (i > 0 && /^(?:from|update|into|join)$/.test(tokens[i - 1]!)) named = true;
      i++;
    }
    if (literal && named) return 'inside';
    if (named) furthest = 'table';
  }
  return furthest;
}

function observation(
  event: SqlStatement,
  kind: string,
  observed: string,
  expected: string,
  weight: number,
): WeightedEvidence {
  return { path: 'sqli', weight, evidence: evidenceOf(event, kind, observed, expected, weight) };
}
