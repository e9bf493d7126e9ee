import { isDigit } from '../bytes/byte-search.js';
import { CallTime } from './call-time.js';
import { CaptureParser } from './capture-parser.js';
import { containerId } from './container-id.js';
import { integerAt, sysdigResult } from './sysdig-arguments.js';
import { DROP, ENDED, NOT_A_CALL, sysdigCall } from './sysdig-names.js';

const [SPACE, OPEN, CLOSE, DOT, COLON, GREATER, LESS, STAR, RETURN] = [32, 40, 41, 46, 58, 62, 60, 42, 13] as const;
/** Bytes behind the processor's number in which the thread must stand: names of container and process are short. */
const MAX_NAMES = 512;
const CONTAINER = /^([0-9a-f]{12}|host) [^(]/;
const CONTAINER_IN_BRACKETS = /^(.{1,256}) \(([0-9a-f]{12}|host)\) /;

/**
 * Calls from sysdig's text: its default format, `-pc`, and `%container.id` before the process's name, with or without
 * `*`: number, time, processor, names, `(thread)`, direction, type, arguments. Each call is counted once
 * (`DirectedCalls`). A process may put brackets and arrows into its own name and so hide what it does in this format;
 * the JSON format has no such weakness.
 *
 * Cost: about a microsecond a line, some five where it tells an act (a program, a file, an address). State: one line of
 * at most 1 MiB, 16,384 calls, 4,096 containers, and what `CaptureActivities` holds.
 */
export class SysdigTextParser extends CaptureParser {
  readonly #time = new CallTime();

  protected line(bytes: Buffer, start: number, lineEnd: number): void {
    const end = lineEnd > start && bytes[lineEnd - 1] === RETURN ? lineEnd - 1 : lineEnd;
    if (start >= end) return;
    this.tally.lines++;
    if (!this.#event(bytes, start, end)) this.refuse('not of this form', bytes, start, end);
  }

  /** Reads one event; false where the line is none. */
  #event(bytes: Buffer, start: number, end: number): boolean {
    let at = bytes[start] === STAR ? start + 1 : start;
    const number = at;
    while (at < end && isDigit(bytes[at]!)) at++;
    if (at === number || bytes[at] !== SPACE) return false;
    const timeStart = at + 1;
    const timeEnd = wordEnd(bytes, timeStart, end);
    const timeUs = this.#time.read(bytes, timeStart, timeEnd);
    const cpuEnd = wordEnd(bytes, timeEnd + 1, end);
    if (timeUs === undefined || cpuEnd >= end || !isDigit(bytes[timeEnd + 1]!)) return false;
    const names = cpuEnd + 1;
    const thread = threadAt(bytes, names, Math.min(end, names + MAX_NAMES), end);
    if (thread < 0) return false;
    const arrow = bytes.indexOf(CLOSE, thread) + 2;
    const enters = bytes[arrow] === GREATER;
    const typeStart = arrow + 2;
    const typeEnd = wordEnd(bytes, typeStart, end);
    const call = sysdigCall(bytes, typeStart, typeEnd);
    if (call < 0) return false;
    if (call === DROP) this.dropped(timeUs);
    else if (call >= NOT_A_CALL && call !== ENDED) this.tally.notCalls++;
    else {
      const slot = this.#slot(bytes.toString('latin1', names, thread));
      const tid = integerAt(bytes, thread + 1, end) ?? 0;
      if (call === ENDED) {
        this.ended(slot, tid);
        return true;
      }
      const info = Math.min(typeEnd + 1, end);
      const result = enters ? undefined : sysdigResult(bytes, info, end);
      const digest = enters || !this.paths.wants(call) ? 0 : this.paths.inArguments(call, bytes, info, end);
      if (!enters) this.returned(slot, tid, call, result, timeUs, () => bytes.toString('utf8', info, end));
      this.calls.add(enters ? 'enter' : 'exit', slot, call, tid, timeUs, result, digest);
    }
    return true;
  }

  /** The container in `names`, which holds what stands between processor and thread. */
  #slot(names: string): number {
    const first = CONTAINER.exec(names)?.[1];
    if (first !== undefined) return this.calls.slot(first, () => ({ container: containerId(first) }));
    const inBrackets = CONTAINER_IN_BRACKETS.exec(names);
    if (!inBrackets) return this.calls.slot('', () => undefined);
    const [, name = '', id = ''] = inBrackets;
    return this.calls.slot(id, () => ({ container: containerId(id), ...(name !== id && { name }) }));
  }
}

function wordEnd(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== SPACE) at++;
  return at;
}

/**
 * Where the bracket before the thread stands: `(123) < `, `(123:7) > `, `(123.7) < `, and not followed by another
 * bracket, which arguments never begin with. -1 where there is none.
 */
function threadAt(bytes: Buffer, start: number, latest: number, end: number): number {
  for (let open = bytes.indexOf(OPEN, start); open >= 0 && open < latest; open = bytes.indexOf(OPEN, open + 1)) {
    let at = open + 1;
    while (at < end && (isDigit(bytes[at]!) || bytes[at] === COLON || bytes[at] === DOT)) at++;
    const arrow = bytes[at + 2];
    if (at === open + 1 || at + 4 >= end || bytes[at] !== CLOSE || bytes[at + 1] !== SPACE) continue;
    if ((arrow !== GREATER && arrow !== LESS) || bytes[at + 3] !== SPACE) continue;
    const next = wordEnd(bytes, at + 4, end) + 1;
    if (next >= end || bytes[next] !== OPEN) return open;
  }
  return -1;
}
