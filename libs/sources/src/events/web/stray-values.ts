import { RecentMap } from '../../bytes/recent-map.js';
import type { RawParameter } from './raw-parameter.js';
import { readValue } from './read-value.js';

/** Values that read as nothing, remembered so that they are read once: agents repeat. */
const MAX_PLAIN = 1_024;
const MAX_PLAIN_LENGTH = 512;
/** Targets asked lately that a referer may repeat. */
const MAX_ASKED = 4_096;
/** Of one request; an attack needs one. */
const MAX_STRAY = 4;

/** What of a request is no parameter's value and still chosen by its client. */
export interface Chosen {
  readonly agent: string;
  readonly referer: string;
  readonly target: string;
  readonly parameters: readonly Pick<RawParameter, 'name' | 'value'>[];
}

/**
 * Values of headers and names of parameters that read as a piece of SQL, markup or another injection: they become
 * parameters of their own. A referer that repeats what was asked before is that request's, and was scored there.
 *
 * State: 1,024 harmless values of at most 512 characters, 4,096 targets by digest.
 */
export class StrayValues {
  readonly #plain = new RecentMap<string, true>(MAX_PLAIN);
  readonly #asked = new RecentMap<string, true>(MAX_ASKED);

  /** `digestOf` names a target in few characters. */
  constructor(private readonly digestOf: (text: string) => string) {}

  of({ agent, referer, target, parameters }: Chosen): RawParameter[] {
    const stray: RawParameter[] = [];
    if (this.#acts(agent)) stray.push({ where: 'header', name: 'user-agent', value: agent });
    const local = localPart(referer);
    if (this.#acts(referer) && !this.#wasAsked(local)) stray.push({ where: 'header', name: 'referer', value: referer });
    for (const { name, value } of parameters) {
      if (stray.length >= MAX_STRAY) break;
      const text = hasSigns(name) ? textsOf(name, value).find((each) => this.#acts(each)) : undefined;
      if (text !== undefined) stray.push({ where: 'name', name: '', value: text });
    }
    const asked = localPart(target);
    if (hasSigns(asked)) this.#asked.set(this.digestOf(asked), true);
    return stray;
  }

  #wasAsked(local: string): boolean {
    return hasSigns(local) && this.#asked.get(this.digestOf(local)) === true;
  }

  /** Addresses are what referers are, and no act of theirs. */
  #acts(value: string): boolean {
    if (!hasSigns(value) || this.#plain.get(value) === true) return false;
    const { sql, markup, acts } = readValue(value);
    if (sql.grade > 1 || markup.grade > 1 || acts.some(({ kind, grade }) => grade > 1 && kind !== 'address'))
      return true;
    if (value.length <= MAX_PLAIN_LENGTH) this.#plain.set(value, true);
    return false;
  }
}

/** A name, and what it is with its value where it may be the first half of a text that a `=` cut. */
function textsOf(name: string, value: string): string[] {
  const half = /['"`(]/.test(name) && !/^\s*[{[<]/.test(name);
  return half ? [name, `${name}=${value.slice(0, MAX_PLAIN_LENGTH)}`] : [name];
}

/** Signs without which no text is more than words and places. */
function hasSigns(text: string): boolean {
  return /[%+'"<>();{}$|`\\]/.test(text);
}

function localPart(target: string): string {
  return target.replace(/^https?:\/\/[^/?#]*/i, '');
}
