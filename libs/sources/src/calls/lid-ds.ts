import { CallTime } from './call-time.js';
import { CaptureParser } from './capture-parser.js';
import { integerAt, sysdigResult } from './sysdig-arguments.js';
import { DROP, ENDED, NOT_A_CALL, sysdigCall } from './sysdig-names.js';

const [SPACE, GREATER, LESS, RETURN] = [32, 62, 60, 13] as const;
/** Words in which the direction must stand: a process's name may hold blanks. */
const MAX_WORDS = 24;

/**
 * Calls of a LID-DS 2021 recording (`.sc`): time in nanoseconds, user, process id, process, thread, call, direction,
 * arguments. A recording is one container. Each call is counted once, by its return (`DirectedCalls`).
 *
 * Source: Grimmer et al., "Dataset Report: LID-DS 2021", 2023. Cost: under a microsecond a line. State: one line of at
 * most 1 MiB and 16,384 calls.
 */
export class LidDsParser extends CaptureParser {
  readonly #time = new CallTime();
  readonly #starts = new Int32Array(MAX_WORDS);
  readonly #ends = new Int32Array(MAX_WORDS);

  protected line(bytes: Buffer, start: number, lineEnd: number): void {
    const end = lineEnd > start && bytes[lineEnd - 1] === RETURN ? lineEnd - 1 : lineEnd;
    if (start >= end) return;
    this.tally.lines++;
    if (!this.#event(bytes, start, end)) this.refuse('not of this form', bytes, start, end);
  }

  #event(bytes: Buffer, start: number, end: number): boolean {
    const arrow = this.#words(bytes, start, end);
    if (arrow < 6) return false;
    const timeUs = this.#time.read(bytes, start, this.#ends[0]!);
    const thread = integerAt(bytes, this.#starts[arrow - 2]!, this.#ends[arrow - 2]!);
    const call = sysdigCall(bytes, this.#starts[arrow - 1]!, this.#ends[arrow - 1]!);
    if (timeUs === undefined || thread === undefined || call < 0) return false;
    if (call >= NOT_A_CALL) {
      if (call === DROP) this.dropped(timeUs);
      else if (call === ENDED)
        this.ended(
          this.calls.slot('', () => undefined),
          thread,
        );
      else this.tally.notCalls++;
      return true;
    }
    const enters = bytes[this.#starts[arrow]!] === GREATER;
    const info = Math.min(this.#ends[arrow]! + 1, end);
    const result = enters ? undefined : sysdigResult(bytes, info, end);
    const digest = enters || !this.paths.wants(call) ? 0 : this.paths.inArguments(call, bytes, info, end);
    const slot = this.calls.slot('', () => undefined);
    if (!enters) this.returned(slot, thread, call, result, timeUs, () => bytes.toString('utf8', info, end));
    this.calls.add(enters ? 'enter' : 'exit', slot, call, thread >>> 0, timeUs, result, digest);
    return true;
  }

  /** Finds the words up to the direction; which word that is, or -1. */
  #words(bytes: Buffer, start: number, end: number): number {
    let at = start;
    for (let word = 0; word < MAX_WORDS && at < end; word++) {
      this.#starts[word] = at;
      while (at < end && bytes[at] !== SPACE) at++;
      this.#ends[word] = at;
      const first = bytes[this.#starts[word]!];
      const single = at - this.#starts[word]! === 1;
      if (word >= 6 && single && (first === LESS || first === GREATER)) return word;
      at++;
    }
    return -1;
  }
}
