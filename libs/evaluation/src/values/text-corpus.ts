import { everydayTexts } from './everyday-text.js';

/** A text with the class that it belongs to, and whether it is of the half that was looked at only at the end. */
export interface CorpusText {
  readonly kind: string;
  readonly text: string;
  readonly heldOut: boolean;
}

/**
 * Reads a corpus: `== kind ==` or `== kind` begins a class, every other line is a text; one that begins with `J:` is a JSON
 * string, and `{pad:N}`, `{blank:N}`, `{digits:N}` and `{a:N}` stand for N characters of prose, blanks, digits, and one
 * letter. Every second text of a class is held out.
 */
export function readCorpus(file: string): CorpusText[] {
  const found: CorpusText[] = [];
  let kind = '';
  let index = 0;
  for (const line of file.split('\n')) {
    const heading = /^== ([a-z-]+)/.exec(line);
    if (heading) {
      kind = heading[1]!;
      index = 0;
    } else if (line !== '') {
      found.push({ kind, text: expanded(line), heldOut: index++ % 2 === 1 });
    }
  }
  return found;
}

function expanded(line: string): string {
  const text = line.startsWith('J:') ? String(JSON.parse(line.slice(2))) : line;
  return text.replace(/\{(pad|blank|digits|a):(\d{1,5})\}/g, (_, what: string, count: string) =>
    padding(what, Number(count)),
  );
}

function padding(what: string, length: number): string {
  if (what === 'pad')
    return everydayTexts('clean', Math.ceil(length / 8), 7)
      .join(' ')
      .slice(0, length);
  return (what === 'blank' ? ' ' : what === 'digits' ? '7' : 'a').repeat(length);
}
