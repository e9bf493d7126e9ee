/** A text in parts: what the normal holds too, and what it does not. */
export interface Part {
  readonly text: string;
  readonly unusual: boolean;
}

/** Longest text that is compared part by part. */
const MAX_COMPARED = 4_096;

/** How a sentence of ours begins that ends with what was seen: `the query parameter "q" contains …: `. */
const LEAD = /^the [^:]{1,200}: /;

/**
 * Splits `observed` into words and signs and marks those that `expected` does not hold: where a reader looks first. A
 * hint for the eye, not a score; both texts are for people, and the words that we begin with are not looked at. Linear in
 * both lengths.
 */
export function unusualParts(observed: string, expected: string): readonly Part[] {
  if (observed.length > MAX_COMPARED) return [{ text: observed, unusual: false }];
  const known = new Set(wordsOf(expected.slice(0, MAX_COMPARED)));
  const lead = LEAD.exec(observed)?.[0] ?? '';
  const parts: { text: string; unusual: boolean }[] = lead === '' ? [] : [{ text: lead, unusual: false }];
  for (const text of wordsOf(observed.slice(lead.length))) {
    const last = parts.at(-1);
    const blank = text.trim() === '';
    const unusual = blank ? (last?.unusual ?? false) : !known.has(text);
    if (last?.unusual === unusual) last.text += text;
    else parts.push({ text, unusual });
  }
  return parts;
}

function wordsOf(text: string): readonly string[] {
  return text.match(/[\p{L}\p{N}_.]+|\s+|[^\p{L}\p{N}_.\s]/gu) ?? [];
}
