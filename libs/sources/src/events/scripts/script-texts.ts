import type { NamedInScript, UnreadScript } from '@plimsoll/contracts';

import { isUnread } from './unread-script.js';
import type { ReadParameter } from '../web/parameter-features.js';
import { percentDecoded, undoEncodings } from '../values/value-decoding.js';

/** A request, as far as scripts could name it. */
export interface NameableRequest {
  readonly session: string;
  /** Path as events give it: identifiers and secrets as `{…}`. */
  readonly path: string;
  /** What parameters that choose the action hold. */
  readonly routeValues: readonly string[];
  /** Names of the fields of query and body. */
  readonly fields: readonly string[];
}

/** A text that would run as a script, and where it may be served. */
interface ScriptText {
  readonly text: string;
  readonly words: ReadonlySet<string>;
  readonly source: UnreadScript;
  /** The text does not tell what the script asks for. */
  readonly unread: boolean;
  /** It came in a link: only the session that followed it is served the script. */
  readonly only: string | undefined;
}

const MAX_TEXTS = 256;
const MAX_TEXT = 4096;
const MAX_WORDS = 512;
const WORD = /[\p{L}\p{N}_.~-]+/gu;
/** What stands before and after a part of an address, in a script or in markup. */
const BEFORE_PART = /[/'"`=(?&\s]$/;
const AFTER_PART = /^(?:[/'"`=?&#;)\s<>]|$)/;
/** An action is named in a call, an object or an operation of GraphQL too: `{rename(id: 3)}`, `{action:'rename'}`. */
const BEFORE_ACTION = /[/'"`=(?&\s{}:,]$/;
const AFTER_ACTION = /^(?:[/'"`=?&#;)\s<>({},:\\]|$)/;

/**
 * The scripts that parameters brought, to tell whether a later request is one that such a script names: its path, and the
 * fields that it sends. This needs no sight of the page that serves the script, which may be longer than what a trace
 * shows. A script that is put together as it runs, or loaded from elsewhere, names nothing: of it the pages alone are known.
 *
 * State: at most 256 texts of 4,096 characters with their words, the oldest first out. They never leave the collector.
 */
export class ScriptTexts {
  readonly #texts: ScriptText[] = [];

  /** Takes in the values that would run as scripts. `pages` are paths where they may be served. */
  remember(
    parameters: readonly ReadParameter[],
    request: {
      readonly event: string;
      readonly timeUs: number;
      readonly session: string;
      readonly pages: readonly (string | undefined)[];
      readonly changes: boolean;
    },
  ): void {
    for (const { feature, value, live } of parameters) {
      if (live.length === 0) continue;
      const text = plainScript(value);
      if (this.#texts.some((known) => known.text === text && known.only === undefined)) continue;
      const pages = [...new Set(request.pages.filter((page) => page !== undefined))].slice(0, 4);
      this.#texts.push({
        text,
        words: wordsOf(text),
        source: { event: request.event, timeUs: request.timeUs, parameter: feature.name, pages },
        unread: live.some(isUnread),
        only: request.changes ? undefined : request.session,
      });
      if (this.#texts.length > MAX_TEXTS) this.#texts.shift();
    }
  }

  /** The script that names most of the request, the newest of equals; undefined where none names its path. */
  naming(request: NameableRequest): NamedInScript | undefined {
    if (this.#texts.length === 0) return undefined;
    const segments = partsOf(request.path);
    const parts = [...segments, ...request.routeValues];
    // A path of a few letters, or of values alone, could stand in any text.
    if (!parts.some((part) => part.length >= 4) && parts.join('').length + request.fields.join('').length < 8) {
      return undefined;
    }
    let named: NamedInScript | undefined;
    for (let i = this.#texts.length - 1; i >= 0; i--) {
      const { text, words, source, only } = this.#texts[i]!;
      if (only !== undefined && only !== request.session) continue;
      if (!segments.every((part) => standsAsPart(text, part, BEFORE_PART, AFTER_PART))) continue;
      if (!request.routeValues.every((value) => standsAsPart(text, value, BEFORE_ACTION, AFTER_ACTION))) continue;
      const fields = request.fields.every((field) => namesField(words, field));
      if (fields) return { ...source, fields };
      named ??= { ...source, fields };
    }
    return named;
  }

  /**
   * The newest script that does not tell what it asks for and may stand on the page `from`; where the request does not say
   * its page, the newest of all.
   */
  unreadOn(from: string | undefined, session: string): UnreadScript | undefined {
    return this.#texts.findLast(
      ({ unread, source, only }) =>
        unread && (only === undefined || only === session) && (from === undefined || source.pages.includes(from)),
    )?.source;
  }
}

/** The text with what scripts usually hide names in undone: percent, backslash and base64 codes, lists of characters. */
function plainScript(value: string): string {
  const plain = undoEncodings(value.slice(0, MAX_TEXT)).text.slice(0, MAX_TEXT);
  const hidden = [
    ...[...plain.matchAll(/['"`]([A-Za-z0-9+/]{16,2048}={0,2})['"`]/g)].map(([, coded]) =>
      Buffer.from(coded ?? '', 'base64').toString('latin1'),
    ),
    ...[...plain.matchAll(/fromCharCode\(([\d\s,]{8,2048})\)/g)].map(([, codes]) =>
      (codes ?? '').split(',').reduce((text, code) => text + String.fromCharCode(Number(code) & 0xffff), ''),
    ),
  ].filter((text) => /^[\x20-\x7e\s]+$/.test(text));
  return [plain, ...hidden, percentDecoded(plain, true)].join('\n').slice(0, 2 * MAX_TEXT);
}

function wordsOf(text: string): Set<string> {
  const words = new Set<string>();
  for (const [word] of text.matchAll(WORD)) {
    if (words.size >= MAX_WORDS) break;
    words.add(word);
  }
  return words;
}

/** Segments of the path that are the application's own. */
function partsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '' && !segment.includes('{'));
}

/** The field's own name, or every key that leads to it: a script writes `variables.input.city` as objects within objects. */
function namesField(words: ReadonlySet<string>, field: string): boolean {
  return (field.match(WORD) ?? []).every(
    (word) => words.has(word) || word.split('.').every((key) => key === '' || words.has(key)),
  );
}

function standsAsPart(text: string, part: string, before: RegExp, after: RegExp): boolean {
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) {
    const end = at + part.length;
    if ((at === 0 || before.test(text[at - 1]!)) && after.test(text.slice(end, end + 1))) return true;
  }
  return false;
}
