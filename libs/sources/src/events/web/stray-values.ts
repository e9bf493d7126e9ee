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
/** Of more than are kept, so many are compared, those of headers first. */
const MAX_RANKED = 256;
/** Grades of SQL go to 4, the others to 3. */
const SQL_GRADES = 4 / 3;
/** A key that forms and JSON lead to an operator or a prototype by. */
const REACHING_KEY = /(?:^|[.[\]])(\$\w{2,16}|__proto__|constructor[.[\]]{1,2}prototype)(?=$|[.[\]])/;

/** What of a request is no parameter's value and still chosen by its client. */
export interface Chosen {
  readonly agent: string;
  readonly referer: string;
  readonly target: string;
  /** Further headers, and values of the session's own cookie, which are parameters only where they read as something. */
  readonly others: readonly RawParameter[];
  readonly parameters: readonly Pick<RawParameter, 'name' | 'value'>[];
}

/**
 * Values of headers and of the session's cookie, and names of parameters, that read as a piece of SQL, markup or another
 * injection: they become parameters of their own, the most telling four. A referer that repeats what was asked before is
 * that request's, and was scored there.
 *
 * State: 1,024 harmless values of at most 512 characters, 4,096 targets by digest.
 */
export class StrayValues {
  readonly #plain = new RecentMap<string, true>(MAX_PLAIN);
  readonly #asked = new RecentMap<string, true>(MAX_ASKED);

  /** `digestOf` names a target in few characters. */
  constructor(private readonly digestOf: (text: string) => string) {}

  of({ agent, referer, target, others, parameters }: Chosen): RawParameter[] {
    const stray: RawParameter[] = [];
    if (this.#acts(agent)) stray.push({ where: 'header', name: 'user-agent', value: agent });
    const local = localPart(referer);
    if (this.#acts(referer) && !this.#wasAsked(local)) stray.push({ where: 'header', name: 'referer', value: referer });
    for (const other of others) if (mayAct(other.value) && this.#reads(other.value)) stray.push(other);
    for (const { name, value } of parameters) {
      if (stray.length >= MAX_RANKED) break;
      const text = textsOf(name, value).find((each) => this.#reads(each));
      if (text !== undefined) stray.push({ where: 'name', name: '', value: text });
    }
    const asked = localPart(target);
    if (hasSigns(asked)) this.#asked.set(this.digestOf(asked), true);
    return stray.length > MAX_STRAY ? mostTelling(stray) : stray;
  }

  #wasAsked(local: string): boolean {
    return hasSigns(local) && this.#asked.get(this.digestOf(local)) === true;
  }

  /** Addresses are what referers are, and no act of theirs. */
  #acts(value: string): boolean {
    return hasSigns(value) && this.#reads(value);
  }

  #reads(value: string): boolean {
    if (this.#plain.get(value) === true) return false;
    const { sql, markup, acts } = readValue(value);
    if (sql.grade > 1 || markup.grade > 1 || acts.some(({ kind, grade }) => grade > 1 && kind !== 'address'))
      return true;
    if (value.length <= MAX_PLAIN_LENGTH) this.#plain.set(value, true);
    return false;
  }
}

/** Of many, so that nobody hides one behind others that say less. */
function mostTelling(stray: readonly RawParameter[]): RawParameter[] {
  const ranked = stray.map((parameter) => ({ parameter, grade: gradeOf(parameter.value) }));
  ranked.sort((a, b) => b.grade - a.grade);
  return ranked.slice(0, MAX_STRAY).map(({ parameter }) => parameter);
}

function gradeOf(value: string): number {
  const { sql, markup, acts } = readValue(value);
  return Math.max(sql.grade, ...[markup.grade, ...acts.map(({ grade }) => grade)].map((grade) => grade * SQL_GRADES));
}

/**
 * A name; what it is with its value where it may be the first half of a text that a `=` cut; and the key in it that is no
 * field's: the operator of a query or the way to a prototype (`password[$ne]`, `a.__proto__.b`), in brackets.
 */
function textsOf(name: string, value: string): string[] {
  const key = REACHING_KEY.exec(name)?.[1];
  if (key === undefined && !hasSigns(name)) return [];
  const half = /['"`(]/.test(name) && !/^\s*[{[<]/.test(name);
  return [
    name,
    ...(half ? [`${name}=${value.slice(0, MAX_PLAIN_LENGTH)}`] : []),
    ...(key === undefined ? [] : [`[${key.replace(/\W+(?=prototype)/, '[')}]`]),
  ];
}

/** Signs without which no text is more than words and places. */
function hasSigns(text: string): boolean {
  return /[%+'"<>();{}$|`\\]/.test(text);
}

/** Whether a text may be more than words: by its signs, as a way up, or as something in base64. */
function mayAct(text: string): boolean {
  return hasSigns(text) || text.includes('..') || /[\w+/-]{16}/.test(text);
}

function localPart(target: string): string {
  return target.replace(/^https?:\/\/[^/?#]*/i, '');
}
