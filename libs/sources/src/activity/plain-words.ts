/** What stands outside of quotes in words: nothing that a shell expands. */
const PLAIN = /[\w./=@:,+%~-]/;
/** What a shell reads within double quotes (POSIX.1-2017, Shell Command Language, 2.2.3). */
const READ_WITHIN = /[$`\\]/;

/** What joins calls, and what leads what they say elsewhere: no pipe, no document that follows. */
const OPERATOR = /^(?:\|\||&&|[;&]|\d?>{1,2}(?:&\d)?|\d?<(?![<(&]))/;

/**
 * The words of each call of a shell's command, with their quotes taken away; undefined where it does more than call one
 * program after another (an expansion, a pipe, a document, a comment, a group, a quote that does not end). Where a call's
 * text is led to or from is no word of it. Cost: one pass.
 */
export function plainCalls(command: string): string[][] | undefined {
  const calls: string[][] = [[]];
  let word: string | undefined;
  let leads = false;
  const end = (): void => {
    if (word !== undefined && !leads) calls.at(-1)!.push(word);
    if (word !== undefined) leads = false;
    word = undefined;
  };
  for (let i = 0; i < command.length; i++) {
    const sign = command[i]!;
    const operator = word === undefined || !/\d/.test(sign) ? OPERATOR.exec(command.slice(i, i + 4))?.[0] : undefined;
    if (sign === "'" || sign === '"') {
      const close = command.indexOf(sign, i + 1);
      const within = command.slice(i + 1, close);
      if (close === -1 || (sign === '"' && READ_WITHIN.test(within))) return undefined;
      word = (word ?? '') + within;
      i = close;
    } else if (operator !== undefined) {
      end();
      if (!/[<>]/.test(operator)) calls.push([]);
      else leads = !operator.includes('&');
      i += operator.length - 1;
    } else if (sign === ' ') end();
    else if (PLAIN.test(sign)) word = (word ?? '') + sign;
    else return undefined;
  }
  end();
  return calls.filter((words) => words.length > 0);
}
