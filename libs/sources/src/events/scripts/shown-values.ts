import type { ShownValue } from '@plimsoll/contracts';

import type { ReadParameter } from '../web/parameter-features.js';

/** A piece of a value around a `<`, of characters that only an encoding for markup alters. */
interface Piece {
  readonly text: string;
  readonly of: Omit<ShownValue, 'encoded'>;
  /** Where it is looked for: another page may show what somebody else wrote alike. */
  readonly pages: readonly (string | undefined)[];
  /** Pages that may still be looked through for it. */
  left: number;
}

const MAX_PIECES = 24;
const MAX_PAGES = 48;
const LEAST_PIECE = 12;
const AROUND = 60;
const MAX_SHOWN = 8;

/**
 * How pages show what was sent to them: as it came, or encoded for markup. An application that always encodes a field
 * makes any script in it harmless text; learning finds that out from what people write with a `<` (`a < b`, `<b>`).
 *
 * State: at most 24 pieces of 121 characters, each for the 48 pages after it. They never leave the collector.
 */
export class ShownValues {
  #pieces: Piece[] = [];

  /** Takes in the values of a request to `pages[0]`; the others are the pages that led there and that it leads to. */
  remember(
    parameters: readonly ReadParameter[],
    pages: readonly [string, ...(string | undefined)[]],
    route: string | undefined,
  ): void {
    for (const { feature, value } of parameters) {
      if (feature.where !== 'body' && feature.where !== 'query') continue;
      const text = pieceOf(value);
      if (text === undefined) continue;
      this.#pieces.push({
        text,
        of: { path: pages[0], ...(route === undefined ? {} : { route }), where: feature.where, name: feature.name },
        pages,
        left: MAX_PAGES,
      });
      if (this.#pieces.length > MAX_PIECES) this.#pieces.shift();
    }
  }

  /** Which of them a page shows, each told once. */
  shownBy(page: string, path: string): ShownValue[] {
    if (!this.#pieces.some(({ pages }) => pages.includes(path))) return [];
    const read = withoutEntities(page);
    const shown: ShownValue[] = [];
    for (const piece of this.#pieces) {
      piece.left -= 1;
      if (shown.length === MAX_SHOWN || !piece.pages.includes(path)) continue;
      const raw = page.includes(piece.text);
      if (!raw && !read.includes(piece.text)) continue;
      shown.push({ ...piece.of, encoded: !raw });
      piece.left = 0;
    }
    this.#pieces = this.#pieces.filter(({ left }) => left > 0);
    return shown;
  }
}

/** The text around the first `<`, up to line ends and ampersands; undefined where it is too short to be told from a page's own. */
function pieceOf(value: string): string | undefined {
  const at = value.indexOf('<');
  if (at === -1) return undefined;
  const before = /[^\r\n&<>]{0,60}$/.exec(value.slice(Math.max(at - AROUND, 0), at))?.[0] ?? '';
  const after = /^[^\r\n&]{0,60}/.exec(value.slice(at + 1, at + 1 + AROUND))?.[0] ?? '';
  const piece = `${before}<${after}`.trim();
  return piece.length < LEAST_PIECE ? undefined : piece;
}

function withoutEntities(page: string): string {
  return page
    .replace(/&(?:lt|#0?60|#x3c);|\\u003c/gi, '<')
    .replace(/&(?:gt|#0?62|#x3e);|\\u003e/gi, '>')
    .replace(/&(?:quot|#0?34|#x22);|\\u0022/gi, '"')
    .replace(/&(?:apos|#0?39|#x27);|\\u0027/gi, "'");
}
