import type { AttackPath, ProcessActivity } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import {
  evidenceOf,
  logLikelihoodRatio,
  overlapping,
  sum,
  type WeightedEvidence,
} from '../scoring/weighted-evidence.js';
import {
  ADDRESSES,
  dangerOfCall,
  dangerOfProgram,
  FILES,
  HELPER,
  MARKS,
  REACHED,
  TAINTS,
  type Danger,
} from './dangers.js';
import { commandOf, endpointOf, fileOf, ledToAddresses, nameOf, reachedClass, usageOf } from './process-facts.js';
import { doneWords } from './process-words.js';

/** What one act is taken for. */
export interface ScoredActivity {
  readonly path: AttackPath;
  readonly finding: string;
  readonly cwe: readonly string[];
  readonly techniques: readonly string[];
  /** Nats; 0 where the act is as learned. */
  readonly score: number;
  readonly observations: readonly WeightedEvidence[];
}

type Weighed = Omit<WeightedEvidence, 'path'>;

/** Events of an application of which nothing is known that a prior is worth. */
const PRIOR_EVENTS = 200;
/** What is new about an act is mostly one fact. */
const NOVELTY_SHARE = 0.5;
const MARK_SHARE = 0.4;
const MOST_NOVEL_NATS = 5;
/** Acts by a parameter that the prior of what they reach is worth. */
const PRIOR_REACHED = 5;
/** Far from any request: a job, an administrator, a restart. */
const APART_SHARE = 0.5;
const HELPER_SHARE = 0.5;

/** Weighs an act against what the workload's programs were seen to do. Cost: some twenty look-ups. */
export function scoreActivity(table: SmoothedCounts, event: ProcessActivity): ScoredActivity {
  const found = evidenceOfAct(table, event);
  const share = attachedShare(event) * (isHelper(event) ? HELPER_SHARE : 1);
  const { path, finding, cwe, techniques } = nameAct(table, event);
  const observations = found.map((observation) => ({ ...observation, path, weight: observation.weight * share }));
  return { path, finding, cwe, techniques, score: Math.max(sum(observations), 0), observations };
}

function evidenceOfAct(table: SmoothedCounts, event: ProcessActivity): Weighed[] {
  switch (event.kind) {
    case 'execute':
      return programEvidence(table, event);
    case 'open':
      return fileEvidence(table, event);
    case 'connect':
    case 'listen':
      return addressEvidence(table, event);
    case 'privilege':
      return callEvidence(table, event);
    case 'watched':
      return [];
  }
}

function programEvidence(table: SmoothedCounts, event: ProcessActivity): Weighed[] {
  const tainted = taintEvidence(table, event, 'execute');
  const known = table.count('command', commandOf(event)) > 0;
  if (known) return tainted;
  const newProgram = table.count('program', event.target) === 0;
  const names = newProgram ? [nameOf(event.target), ...(event.commands ?? [])] : (event.commands ?? []);
  const strange = names.filter((name) => table.count('named', name) === 0 && !runs(table, name));
  const novel = [
    newProgram ? novelty(table, event, 'program', 'new-program', 'a program never executed here') : undefined,
    novelty(table, event, 'command', 'new-command', 'arguments of a form never seen here'),
    newEndpoint(table, event),
    newlyServed(table, event),
  ].filter((observation) => observation !== undefined);
  const danger = strange.length > 0 ? dangerEvidence(event, strange) : undefined;
  const marks = overlapping(markEvidence(table, event), MARK_SHARE);
  return [...tainted, ...overlapping(novel, NOVELTY_SHARE), ...(danger === undefined ? [] : [danger]), ...marks];
}

/** Whether a program of this name was executed while the workload was learned. */
function runs(table: SmoothedCounts, name: string): boolean {
  return table.values('program').some(([path]) => nameOf(path) === name);
}

/** Of the names new here, the one that says most. */
function dangerEvidence(event: ProcessActivity, names: readonly string[]): Weighed | undefined {
  const known = names.flatMap((name) => {
    const danger = dangerOfProgram(name);
    return danger === undefined ? [] : [{ name, weight: logLikelihoodRatio(danger.attack, danger.benign) }];
  });
  const [worst] = known.sort((a, b) => b.weight - a.weight);
  return (
    worst && weighed(event, 'dangerous-program', `${doneWords(event)} (${worst.name})`, 'never here', worst.weight)
  );
}

/** The endpoint never had anything executed. */
function newEndpoint(table: SmoothedCounts, event: ProcessActivity): Weighed | undefined {
  const endpoint = endpointOf(event);
  if (endpoint === undefined || table.count('endpoint', endpoint) > 0) return undefined;
  return weighed(
    event,
    'new-endpoint',
    `${endpoint} had ${nameOf(event.target)} executed`,
    'requests to it never had anything executed',
    logLikelihoodRatio(0.8, 0.05),
  );
}

/** A program that accepts connections started one that it never started. */
function newlyServed(table: SmoothedCounts, event: ProcessActivity): Weighed | undefined {
  if (!event.serving || table.count('served', event.target) > 0) return undefined;
  const benign = (0.01 * PRIOR_EVENTS + table.distinct('served')) / (PRIOR_EVENTS + table.total('kind'));
  return weighed(
    event,
    'started-by-server',
    `started by a program that accepts connections: ${doneWords(event)}`,
    `it starts ${listed(table, 'served')}`,
    logLikelihoodRatio(0.8, benign),
  );
}

function markEvidence(table: SmoothedCounts, event: ProcessActivity): Weighed[] {
  return (event.marks ?? []).map((mark) => {
    const { attack, benign, words } = MARKS[mark];
    const seen = table.count('mark', mark);
    const probability = (seen + PRIOR_EVENTS * benign) / (table.total('program') + PRIOR_EVENTS);
    const strength = Math.max(logLikelihoodRatio(attack, probability), 0);
    return weighed(event, mark, `${words}: ${doneWords(event)}`, `${seen} times while learning`, strength);
  });
}

function taintEvidence(table: SmoothedCounts, event: ProcessActivity, kind: keyof typeof TAINTS): Weighed[] {
  const { tainted } = event;
  if (tainted?.syntax !== true) return [];
  const { attack, benign } = TAINTS[kind][tainted.relation];
  const meant = table.count('usage', usageOf(event));
  const probability = (meant + PRIOR_EVENTS * benign) / (PRIOR_EVENTS + 2 * meant);
  const words = { part: 'became part of it', whole: 'is all of it', code: 'holds it' }[tainted.relation];
  return [
    weighed(
      event,
      'parameter-in-act',
      `parameter ${tainted.parameter} ${words}: ${doneWords(event)}`,
      meant > 0 ? `${meant} times while learning` : 'never while learning',
      logLikelihoodRatio(attack, probability),
    ),
  ];
}

/** A parameter that led to files or addresses of one kind leads to another: to the system's, or within. */
function reachedEvidence(table: SmoothedCounts, event: ProcessActivity): Weighed[] {
  const reached = reachedClass(event);
  if (event.tainted?.syntax !== true || reached === undefined) return [];
  const context = `reached|${usageOf(event)}`;
  const { attack, benign } = REACHED[reached];
  const strength = logLikelihoodRatio(attack, table.probability(context, reached, benign, PRIOR_REACHED));
  if (strength <= 0) return [];
  const usual = table.values(context).map(([name, count]) => `${name} ${count}`);
  return [
    weighed(
      event,
      'reached-by-parameter',
      `parameter ${event.tainted.parameter} leads to ${wordsOf(reached)}: ${doneWords(event)}`,
      usual.length === 0 ? 'never while learning' : `while learning: ${usual.join(', ')}`,
      strength,
    ),
  ];
}

function wordsOf(reached: keyof typeof REACHED): string {
  return { ...FILES, ...ADDRESSES }[reached].words;
}

function fileEvidence(table: SmoothedCounts, event: ProcessActivity): Weighed[] {
  const { file } = event;
  if (file === undefined) return [];
  // What is known may still be reached for by a request that never did.
  const tainted = taintEvidence(table, event, 'open');
  const reached = reachedEvidence(table, event);
  if (table.count('file', fileOf(event)) > 0) return [...tainted, ...reached];
  const about = FILES[file.class];
  const benign = Math.max(smoothed(table, `file|${file.class}`, about), about.benign);
  const strength =
    logLikelihoodRatio(about.attack, benign) +
    (file.writes && file.class === 'code' ? logLikelihoodRatio(0.5, 0.02) : 0);
  const observations = [
    weighed(
      event,
      `${file.class}-file`,
      `${about.words}: ${doneWords(event)}`,
      `never ${file.writes ? 'written' : 'read'}`,
      strength,
    ),
  ];
  if (file.climbs && file.class !== 'code')
    observations.push(
      weighed(
        event,
        'parent-folder',
        `through a parent folder: ${doneWords(event)}`,
        'never',
        logLikelihoodRatio(0.5, 0.02),
      ),
    );
  return [...tainted, ...overlapping([...reached, ...observations], NOVELTY_SHARE)];
}

function addressEvidence(table: SmoothedCounts, event: ProcessActivity): Weighed[] {
  const tainted = event.kind === 'connect' ? taintEvidence(table, event, 'connect') : [];
  const reached = reachedEvidence(table, event);
  if (table.count(event.kind, event.target) > 0) return [...tainted, ...reached];
  const about = ADDRESSES[event.address ?? 'local'];
  const benign = Math.max(smoothed(table, event.kind, about), about.benign);
  const observation = weighed(
    event,
    event.kind === 'listen' ? 'new-listener' : 'new-address',
    `${about.words}: ${doneWords(event)}`,
    `it uses ${listed(table, event.kind)}`,
    logLikelihoodRatio(about.attack, benign),
  );
  return [...tainted, ...overlapping([...reached, observation], NOVELTY_SHARE)];
}

function callEvidence(table: SmoothedCounts, event: ProcessActivity): Weighed[] {
  if (table.count('call', event.target) > 0) return [];
  const danger = dangerOfCall(event.target);
  return [
    weighed(event, 'new-call', doneWords(event), 'never made here', logLikelihoodRatio(danger.attack, danger.benign)),
  ];
}

function novelty(table: SmoothedCounts, event: ProcessActivity, context: string, kind: string, words: string): Weighed {
  const strength = Math.min(logLikelihoodRatio(0.9, table.probabilityOfNew(context)), MOST_NOVEL_NATS);
  return weighed(event, kind, `${words}: ${doneWords(event)}`, `it executes ${listed(table, 'program')}`, strength);
}

/** Probability that the next of its kind is a new one, drawn towards what applications in general do. */
function smoothed(table: SmoothedCounts, context: string, { benign }: Danger): number {
  return (table.distinct(context) * 0.1 + PRIOR_EVENTS * benign) / (table.total(context) + PRIOR_EVENTS);
}

function listed(table: SmoothedCounts, context: string): string {
  const names = table.values(context).slice(0, 6);
  return names.length === 0 ? 'none' : names.map(([name]) => nameOf(name) || name).join(', ');
}

/** A job that no request started may be new: half the weight. What a server starts, or a request asked for, is not apart. */
function attachedShare(event: ProcessActivity): number {
  return event.request !== undefined || event.serving || event.kind === 'privilege' ? 1 : APART_SHARE;
}

function isHelper(event: ProcessActivity): boolean {
  if (event.kind !== 'execute' || event.tainted?.syntax === true || (event.marks ?? []).length > 0) return false;
  const names = event.commands !== undefined && event.commands.length > 0 ? event.commands : [nameOf(event.target)];
  return names.every((name) => HELPER.test(name));
}

type Named = Pick<ScoredActivity, 'path' | 'finding' | 'cwe' | 'techniques'>;

/** What the act is, should it be an attack. */
function nameAct(table: SmoothedCounts, event: ProcessActivity): Named {
  const { kind, tainted, file } = event;
  const named = (path: AttackPath, finding: string, cwe: string[] = [], techniques: string[] = []): Named => ({
    path,
    finding,
    cwe,
    techniques,
  });
  const attached = event.request !== undefined || event.serving;
  if (kind === 'execute') {
    if (tainted?.syntax === true && tainted.relation === 'part')
      return named('web-shell', 'command-injection', ['CWE-78'], ['T1059.004', 'T1190']);
    if (tainted?.relation === 'code')
      return named('web-shell', 'template-injection', ['CWE-1336', 'CWE-94'], ['T1190']);
    if (tainted?.relation === 'whole') return named('web-shell', 'web-shell-command', ['CWE-78'], ['T1505.003']);
    if (attached) return named('web-shell', 'program-executed', [], ['T1059.004', 'T1505.003']);
    return named('unknown', 'new-program', [], ['T1059']);
  }
  if (kind === 'open' && file !== undefined) {
    if (file.writes && file.class === 'code')
      return named(attached ? 'web-shell' : 'unknown', 'code-written', [], attached ? ['T1505.003'] : []);
    // A link to fetch, with a file's scheme.
    if (tainted?.syntax === true && ledToAddresses(table, event))
      return named('ssrf', 'address-by-parameter', ['CWE-918'], ['T1190']);
    if (tainted?.syntax === true || (attached && file.climbs))
      return named('path-traversal', 'file-by-parameter', ['CWE-22'], ['T1190']);
    return named('unknown', 'new-file', [], []);
  }
  if (kind === 'connect' && tainted?.syntax === true)
    return named('ssrf', 'address-by-parameter', ['CWE-918'], ['T1190']);
  if (kind === 'connect' || kind === 'listen')
    return named('unknown', kind === 'listen' ? 'new-listener' : 'new-address');
  return named('unknown', 'new-call');
}

function weighed(event: ProcessActivity, kind: string, observed: string, expected: string, weight: number): Weighed {
  const { timeUs, request, id } = event;
  return { weight, evidence: evidenceOf({ id: request?.event ?? id, timeUs }, kind, observed, expected, weight) };
}
