const MAX_CODE = 8192;
const MAX_SKELETON = 2048;

/**
 * Program text with strings and numbers taken out, and lists of them folded: what stays equal between two renderings.
 * Linear in the first 8,192 characters.
 */
export function codeSkeleton(code: string): string {
  return withoutStrings(code.slice(0, MAX_CODE))
    .replace(/\b\d[\w.]*/g, '?')
    .replace(/\s+/g, '')
    .replace(/\?(?:,\?)+/g, '?+')
    .replace(/(?:\{[?+:,]*\},?)+/g, '{?}')
    .slice(0, MAX_SKELETON);
}

function withoutStrings(code: string): string {
  let out = '';
  let copied = 0;
  // Where no string of this quote can end any more, looking again for each quote would cost the square of them.
  const openFrom: Record<string, number> = {};
  for (let i = 0; i < code.length; i++) {
    const quote = code[i]!;
    if (quote !== '"' && quote !== "'" && quote !== '`') continue;
    if (openFrom[quote] !== undefined && i < openFrom[quote]) continue;
    const end = stringEnd(code, i, quote);
    if (end.closed) {
      out += `${code.slice(copied, i)}?`;
      copied = end.at + 1;
      i = end.at;
    } else openFrom[quote] = end.at;
  }
  return out + code.slice(copied);
}

/** Where the string ends, or the line or text that it does not end in. */
function stringEnd(code: string, start: number, quote: string): { at: number; closed: boolean } {
  for (let i = start + 1; i < code.length; i++) {
    const sign = code[i];
    if (sign === quote) return { at: i, closed: true };
    if (sign === '\n' && quote !== '`') return { at: i, closed: false };
    if (sign === '\\') i++;
  }
  return { at: code.length, closed: false };
}
