import { readAsMarkup, type LiveMarkup, type MarkupReading } from '../scripts/markup.js';
import { readAsSql, type SqlReading } from '../sql/sql-fragment.js';
import { base64Text, undoEncodings } from '../values/value-decoding.js';
import type { Act } from '../values/act.js';
import { rejoined, revealsSql } from '../values/filter-evasion.js';
import { readAsPath } from '../values/file-path.js';
import { readAsAddress } from '../values/internal-address.js';
import { readAsStructure } from '../values/query-structure.js';
import { readAsCommand } from '../values/shell-command.js';
import { readAsTemplate } from '../values/template-code.js';
import { piecesOf } from '../values/value-pieces.js';

/** All that a value reads as, the highest grades over its encodings and pieces. */
export interface ValueReading {
  /** The value with its encodings undone. */
  readonly text: string;
  readonly extraDecodings: number;
  readonly sql: SqlReading;
  readonly markup: MarkupReading;
  readonly acts: readonly Act[];
}

const MAX_ACTS = 4;
const MAX_BASE64_ROUNDS = 3;
/** A literal of PostgreSQL, `$$a$$` or `$tag$a$tag$`. What holds blanks is a formula's. */
const DOLLAR_QUOTED = /\$(\w{0,16})\$([^$\s]{0,64})\$\1\$/g;
const NO_SQL: SqlReading = { grade: 0, tokens: '' };
const NO_MARKUP: MarkupReading = { grade: 0, tokens: '', live: [] };
/** Words, numbers and identifiers act as nothing, whatever they are. */
const PLAIN = /^(?:\w+(?:[.@ -]\w+)*)?$/;
const WORDS_ONLY = /^[\p{L}\p{M} .,!?]*$/u;

/**
 * Reads a value as SQL, as markup, as a command and so on. Its encodings are undone, base64 included, and each form that
 * it takes on the way is read; of a long one the pieces of `piecesOf`. Bounded: no value costs more than some tens of
 * thousands of characters' work.
 */
export function readValue(value: string): ValueReading {
  if (isPlain(value)) return { text: value, extraDecodings: 0, sql: NO_SQL, markup: NO_MARKUP, acts: [] };
  const decoded = undoEncodings(value);
  const reader = new Reader();
  reader.read(value, false, false);
  if (decoded.extraDecodings > 0) reader.read(decoded.text, decoded.fromEntities, true);
  else if (decoded.text !== value) reader.read(decoded.text, false, false);
  const quoted = decoded.text.replace(DOLLAR_QUOTED, "'$2'");
  if (quoted !== decoded.text) reader.read(quoted, false, false);
  reader.readJoined(decoded.text);
  let inner = base64Text(decoded.text);
  for (let round = 0; inner !== undefined && round < MAX_BASE64_ROUNDS; round++) {
    reader.read(inner, false, true);
    reader.readJoined(inner);
    inner = base64Text(inner);
  }
  if (!/\s/.test(decoded.text) && /\w\+\w/.test(decoded.text))
    reader.read(decoded.text.replaceAll('+', ' '), false, true);
  return { text: decoded.text, extraDecodings: decoded.extraDecodings, ...reader.result() };
}

function isPlain(value: string): boolean {
  if (value.length > 256) return false;
  // A number may be followed by words that act: `1 or true`. A long word may be base64.
  if (/\s/.test(value)) return WORDS_ONLY.test(value);
  return PLAIN.test(value) && (value.length < 16 || !/^[\w+/-]+={0,2}$/.test(value));
}

class Reader {
  #sql: SqlReading = NO_SQL;
  #markup: MarkupReading = NO_MARKUP;
  readonly #acts = new Map<Act['kind'], Act>();

  /** `shownAsText`: it came out of entities; `hidden`: out of an encoding that nobody needs. */
  read(text: string, shownAsText: boolean, hidden: boolean): void {
    for (const piece of piecesOf(text)) {
      if (this.#sql.grade < 4) this.#take(readAsSql(piece));
      if (this.#markup.grade < 3) this.#takeMarkup(readAsMarkup(piece), shownAsText);
      for (const found of actsIn(piece, hidden)) this.#takeAct(found);
    }
  }

  /** Reads the text as a filter leaves it that takes something out of words. */
  readJoined(text: string): void {
    const joined = rejoined(text);
    if (joined === undefined) return;
    if (revealsSql(text, joined)) this.#take({ grade: 4, tokens: 'keywords broken up' });
    this.read(joined, false, true);
  }

  result(): Pick<ValueReading, 'sql' | 'markup' | 'acts'> {
    const acts = [...this.#acts.values()].sort((a, b) => b.grade - a.grade).slice(0, MAX_ACTS);
    return { sql: this.#sql, markup: this.#markup, acts };
  }

  #take(sql: SqlReading): void {
    if (sql.grade > this.#sql.grade) this.#sql = sql;
  }

  /** Entities are how a page shows markup without running it: never proof of a script. */
  #takeMarkup(markup: MarkupReading, shownAsText: boolean): void {
    const capped =
      shownAsText && markup.grade === 3 ? { ...markup, grade: 2 as const, live: [] as LiveMarkup[] } : markup;
    if (capped.grade > this.#markup.grade) this.#markup = capped;
  }

  #takeAct(found: Act): void {
    if (found.grade > (this.#acts.get(found.kind)?.grade ?? 0)) this.#acts.set(found.kind, found);
  }
}

function actsIn(piece: string, hidden: boolean): Act[] {
  const found = readAsStructure(piece);
  for (const other of [readAsCommand(piece), readAsTemplate(piece), readAsPath(piece, hidden), readAsAddress(piece)])
    if (other !== undefined) found.push(other);
  return found;
}
