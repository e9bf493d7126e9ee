import { callName, type Evidence } from '@plimsoll/contracts';

import { FACTOR_A, FACTOR_B, HASH_A, HASH_B, power } from './call-hash.js';
import type { KnownSize } from './known-runs.js';
import type { NewProgram } from './programs.js';
import type { SequenceModel } from './sequence-model.js';
import type { SequenceState } from './sequence-state.js';
import type { Spot } from './spots.js';
import { bagKey, runKey } from './trails.js';

/** Evidence of unseen bags and n-grams, strangest first: smaller sizes are stranger, and so are longer stretches. */
export function spotEvidence(state: SequenceState, model: SequenceModel): Evidence[] {
  const ranked = [...state.spots].sort(
    (one, other) => strangeness(other, model) - strangeness(one, model) || one.ordinal - other.ordinal,
  );
  return ranked.map((spot, i) => {
    const evidence = evidenceOf(spot, state.stream, model);
    return i === 0 ? { ...evidence, expected: `${evidence.expected}. ${windowWords(spot, state, model)}` } : evidence;
  });
}

/** How much is unseen in the whole window, beside what benign windows have of it. */
function windowWords({ size }: Spot, { tally, moreUnseen }: SequenceState, model: SequenceModel): string {
  const { kind, size: length } = model.known.sizes[size]!;
  const further = moreUnseen === 0 ? '' : `, ${moreUnseen} of them not listed`;
  return (
    `${tally.unseen[size]!} of the window's ${tally.kept} calls complete ${NAMES[kind]} of ${length} ${length === 1 ? 'call' : 'calls'}${further}; ` +
    `benign windows that have any average ${model.units[size]!.toFixed(1)} per 1000 calls`
  );
}

const NAMES = { bag: 'an unseen combination', ngram: 'an unseen sequence', rare: 'a rare sequence' } as const;
const KINDS = { bag: 'unseen-bag', ngram: 'unseen-ngram', rare: 'rare-ngram' } as const;

function strangeness(spot: Spot, model: SequenceModel): number {
  return spot.positions / model.known.sizes[spot.size]!.size;
}

function evidenceOf(spot: Spot, stream: string, model: SequenceModel): Evidence {
  const size = model.known.sizes[spot.size]!;
  const names = spot.calls.map(callName);
  const thread = spot.thread === 0 ? '' : ` on thread ${spot.thread}`;
  const order = size.kind === 'bag' ? (names.length === 1 ? 'call' : 'calls together') : 'calls in this order';
  const rare = size.rarity && `the last follows the others less than once in ${Math.round(2 ** size.rarity.bits)}`;
  const unknown = [...new Set(spot.calls)].filter((call) => !model.known.calls.has(call)).map(callName);
  const never = unknown.length === 0 ? '' : ` (${unknown.join(' and ')} never called in benign runs)`;
  const strange = rare === undefined ? `${order}${thread}, never seen` : `${rare}${thread}`;
  const more = rare === undefined ? 'unseen' : 'such';
  const stretch = spot.positions > 1 ? `, and ${spot.positions - 1} more ${more} in the calls that follow` : '';
  return {
    kind: KINDS[size.kind],
    event: `${stream}#${spot.ordinal}`,
    timeUs: spot.timeUs,
    observed: `${names.join(', ')}: ${strange}${never}${stretch}`,
    expected: `${nearestKnown(spot.calls, size, model)} in ${model.calls} benign calls`,
    score: strangeness(spot, model),
  };
}

/** The learned bag or n-gram of the same size that differs in one call, the most frequent of them, in words. */
function nearestKnown(calls: readonly number[], size: KnownSize, model: SequenceModel): string {
  if (size.size === 1) return `one of ${model.known.calls.size} calls, all that there are`;
  const [factorA, factorB] = size.kind === 'bag' ? [1, 1] : [FACTOR_A, FACTOR_B];
  const [a, b] = size.kind === 'bag' ? bagKey(calls) : runKey(calls);
  let best: readonly number[] = [];
  let times = 0;
  for (let index = 0; index < calls.length; index++) {
    const old = calls[index]!;
    const weightA = power(factorA, calls.length - 1 - index);
    const weightB = power(factorB, calls.length - 1 - index);
    for (const call of model.known.calls.keys()) {
      const count = size.table.count(
        (a + Math.imul(HASH_A[call]! - HASH_A[old]!, weightA)) | 0,
        (b + Math.imul(HASH_B[call]! - HASH_B[old]!, weightB)) | 0,
      );
      if (count <= times) continue;
      best = calls.with(index, call);
      times = count;
    }
  }
  if (times === 0) return `no known ${size.kind === 'bag' ? 'bag' : 'n-gram'} of ${size.size} differs in one call only`;
  return `nearest known: ${best.map(callName).join(', ')}, ${times} times`;
}

export function programEvidence(program: NewProgram, stream: string, model: SequenceModel): Evidence {
  return {
    kind: 'new-program',
    event: `${stream}#${program.ordinal}`,
    timeUs: program.timeUs,
    observed: `executes ${JSON.stringify(program.name)}${program.thread === 0 ? '' : ` on thread ${program.thread}`}`,
    expected: `one of the ${model.programs.size} programs that this workload is known to execute`,
    score: -Math.log10(model.newProgram),
  };
}
