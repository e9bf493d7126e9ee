import { callNumber, type SqlStatement, type SyscallBatch } from '@plimsoll/contracts';

import type { CallCorpus, CallEpisode } from './call-corpus.js';
import { proportion, type Proportion } from './intervals.js';
import { areaUnderCurve } from './syscall-study/measures.js';

/** What one kind of statement looks like in the database's calls, against benign statements of the same verb. */
export interface StatementCalls {
  /** `benign` or the kind of the attack. */
  readonly kind: string;
  readonly verb: string;
  /** Statements whose calls, in their order, some benign statement of the learn episodes made too. */
  readonly sameCalls: Proportion;
  /** The same without the order: how many of each call. */
  readonly sameCounts: Proportion;
  /** Probability that a statement of this kind is longer than a benign test statement of its verb (ties half); 0.5 is no difference. */
  readonly longer: number;
  /** The same for the number of calls. */
  readonly moreCalls: number;
}

/** One statement and the calls that its thread made while it served it. */
export interface Served {
  readonly kind: string;
  readonly verb: string;
  readonly calls: string;
  readonly counts: string;
  readonly length: number;
  readonly bytes: number;
}

/** Benign statements are told from the others by the labels; ordinary ones that run beside an attack are left out. */
const BENIGN = 'benign';
/** Calls of waiting: how often a thread is woken while it serves is the scheduler's business. */
const WAITING = new Set(['futex', 'sched_yield'].map(callNumber));

/**
 * Pairs the statements of attacks with benign ones of the same verb by the calls that the database's thread made while it
 * served them. Says whether names and counts of calls could tell them apart at all. Calls of waiting are left out.
 */
export function statementCalls(corpus: CallCorpus): StatementCalls[] {
  const { known, benign, attacks } = servedStatements(corpus);
  const groups = new Map<string, Served[]>();
  for (const statement of [...benign, ...attacks]) {
    const key = `${statement.kind} ${statement.verb}`;
    groups.set(key, [...(groups.get(key) ?? []), statement]);
  }
  const calls = new Set(known.map((one) => `${one.verb} ${one.calls}`));
  const counts = new Set(known.map((one) => `${one.verb} ${one.counts}`));
  return [...groups.values()]
    .filter((group) => benign.some(({ verb }) => verb === group[0]!.verb))
    .map((group) => {
      const { kind, verb } = group[0]!;
      const others = benign.filter((one) => one.verb === verb);
      return {
        kind,
        verb,
        sameCalls: proportion(group.filter((one) => calls.has(`${verb} ${one.calls}`)).length, group.length),
        sameCounts: proportion(group.filter((one) => counts.has(`${verb} ${one.counts}`)).length, group.length),
        longer: auc(others, group, ({ bytes }) => bytes),
        moreCalls: auc(others, group, ({ length }) => length),
      };
    })
    .sort((one, other) => (one.verb + one.kind < other.verb + other.kind ? -1 : 1));
}

/** Statements of the learn episodes, benign ones of other episodes, and those of attacks. */
export function servedStatements({ learn, calibrate, test }: Omit<CallCorpus, 'application'>): {
  readonly known: readonly Served[];
  readonly benign: readonly Served[];
  readonly attacks: readonly Served[];
} {
  const quiet = [...calibrate, ...test.filter(({ actions }) => actions.length === 0)];
  return {
    known: learn.flatMap((episode) => served(episode, BENIGN)),
    benign: quiet.flatMap((episode) => served(episode, BENIGN)),
    attacks: test.filter(({ actions }) => actions.length > 0).flatMap((episode) => served(episode, undefined)),
  };
}

function auc(benign: readonly Served[], group: readonly Served[], of: (one: Served) => number): number {
  return areaUnderCurve(benign.map(of), group.map(of));
}

/** Every statement that a traced database served, by kind; with `all` given, they are all of that kind. */
function served(episode: CallEpisode, all: string | undefined): Served[] {
  const batches = episode.batches.filter(({ workload }) => episode.events.some(isServed(workload)));
  const threads = callsByThread(batches);
  return episode.events.flatMap((event) => {
    if (event.type !== 'sql-statement' || event.side !== 'server' || event.thread === undefined) return [];
    const kind = all ?? kindOf(episode, event);
    if (kind === undefined) return [];
    const own = (threads.get(event.thread) ?? []).filter(
      ({ timeUs }) => timeUs >= event.timeUs && timeUs <= event.endUs,
    );
    const calls = own.map(({ call }) => call).filter((call) => !WAITING.has(call));
    if (calls.length === 0) return [];
    return [
      {
        kind,
        verb: event.verb,
        calls: calls.join(' '),
        counts: [...calls].sort((one, other) => one - other).join(' '),
        length: calls.length,
        bytes: event.lengthBytes,
      },
    ];
  });
}

function isServed(workload: string) {
  return (event: CallEpisode['events'][number]): boolean =>
    event.type === 'sql-statement' && event.side === 'server' && event.workload === workload;
}

/** The attack that the statement belongs to: inside a labelled request, and marked as no benign statement is. */
function kindOf({ actions }: CallEpisode, event: SqlStatement): string | undefined {
  const action = actions.find(
    ({ path, startUs, endUs }) => path === 'sqli' && event.timeUs >= startUs && event.timeUs <= endUs,
  );
  return action !== undefined && event.marks.length > 0 ? action.kind : undefined;
}

function callsByThread(batches: readonly SyscallBatch[]): Map<number, { timeUs: number; call: number }[]> {
  const threads = new Map<number, { timeUs: number; call: number }[]>();
  for (const { baseTimeUs, offsetsUs, numbers, threads: of, count } of batches) {
    for (let i = 0; i < count; i++) {
      const list = threads.get(of[i]!) ?? [];
      threads.set(of[i]!, list);
      list.push({ timeUs: baseTimeUs + offsetsUs[i]!, call: numbers[i]! });
    }
  }
  return threads;
}
