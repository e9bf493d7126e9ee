import { type Evidence } from '@plimsoll/contracts';
import type { NewProgram } from './programs.js';
import type { SequenceModel } from './sequence-model.js';
import type { SequenceState } from './sequence-state.js';
/** Evidence of unseen bags and n-grams, strangest first: smaller sizes are stranger, and so are longer stretches. */
export declare function spotEvidence(state: SequenceState, model: SequenceModel): Evidence[];
export declare function programEvidence(program: NewProgram, stream: string, model: SequenceModel): Evidence;
//# sourceMappingURL=sequence-evidence.d.ts.map