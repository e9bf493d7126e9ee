/** What stands outside of quotes in a command that does one thing: nothing that a shell expands, joins or redirects. */
const PLAIN = /[\w./=@:,+%~-]/;
/** What a shell reads within double quotes (POSIX.1-2017, Shell Command Language, 2.2.3). */
const READ_WITHIN = /[$`\\]/;
/** That its complaints are thrown away, or put with the rest, makes a command no less plain. */
const COMPLAINTS = /\s2>\s?(?:\/dev\/null|&1)\s*$/;

/**
 * The words of a shell's command that is one plain call, with their quotes taken away; undefined where it is anything
 * else: several commands, an expansion, a redirection, a comment, a quote that does not end. Cost: one pass.
 */
export function plainWords(command: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (const sign of command.replace(COMPLAINTS, '')) {
    if (quote !== undefined) {
      if (sign === quote) quote = undefined;
      else if (quote === '"' && READ_WITHIN.test(sign)) return undefined;
      else word = (word ?? '') + sign;
    } else if (sign === "'" || sign === '"') {
      quote = sign;
      word ??= '';
    } else if (sign === ' ') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (PLAIN.test(sign)) word = (word ?? '') + sign;
    else return undefined;
  }
  if (quote !== undefined) return undefined;
  return word === undefined ? words : [...words, word];
}
