/** Longer values are looked at in pieces. */
const WHOLE = 2048;
const EDGE = 1024;
const BLOCK = 64;
const BEFORE = 3 * BLOCK;
const PIECE = 768;
const MAX_CHANGES = 4;
/** Of a run of one sign, as many are kept. */
const RUN = 8;
const MAX_LENGTH = 65_536;

/**
 * The parts of a value that are worth reading: all of a short one; of a long one its beginning, its end, and the places
 * where its kind changes most (letters, digits, blanks, signs), so that nothing hides behind padding. Runs of one sign
 * are shortened first. Cost: two passes over at most 65,536 characters; the pieces hold at most 5,120.
 */
export function piecesOf(value: string): string[] {
  if (value.length <= WHOLE) return [value];
  const text = withoutRuns(value.slice(0, MAX_LENGTH));
  if (text.length <= WHOLE) return [text];
  const changes = changesIn(text).map((at) => text.slice(Math.max(at - BEFORE, 0), at - BEFORE + PIECE));
  return [text.slice(0, EDGE), text.slice(-EDGE), ...changes];
}

function withoutRuns(value: string): string {
  let text = '';
  let start = 0;
  for (let i = 1; i <= value.length; i++) {
    let end = i;
    while (end < value.length && value.charCodeAt(end) === value.charCodeAt(i - 1)) end++;
    if (end - i + 1 > RUN) {
      text += value.slice(start, i - 1 + RUN);
      start = end;
    }
    i = Math.max(end, i);
  }
  return text + value.slice(start);
}

/** Where blocks differ most from the one before, in the order of the text; its edges are looked at anyway. */
function changesIn(text: string): number[] {
  const found: { readonly at: number; readonly distance: number }[] = [];
  let before = mixOf(text, EDGE - BLOCK);
  for (let at = EDGE; at < text.length - EDGE; at += BLOCK) {
    const mix = mixOf(text, at);
    const distance = mix.reduce((sum, share, i) => sum + Math.abs(share - before[i]!), 0);
    before = mix;
    if (found.length === MAX_CHANGES && distance <= found.at(-1)!.distance) continue;
    found.push({ at, distance });
    found.sort((a, b) => b.distance - a.distance || a.at - b.at);
    found.length = Math.min(found.length, MAX_CHANGES);
  }
  return found.map(({ at }) => at).sort((a, b) => a - b);
}

/** Letters, digits, blanks and signs of a block; signs, rare in prose, weigh double. */
function mixOf(text: string, from: number): number[] {
  const mix = [0, 0, 0, 0];
  const end = Math.min(from + BLOCK, text.length);
  for (let i = from; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code <= 32) mix[2]! += 1;
    else if (code >= 48 && code <= 57) mix[1]! += 1;
    else if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code > 127) mix[0]! += 1;
    else mix[3]! += 2;
  }
  return mix;
}
