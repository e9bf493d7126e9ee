/**
 * Whether a value that stands in a shell's command stays within the quotes around it, wherever it stands: between single
 * ones all but a single quote is text, between double ones all but `"`, `$`, a backtick and a backslash (POSIX.1-2017,
 * Shell Command Language, 2.2). Cost: one pass over the command.
 */
export function staysQuoted(command: string, value: string): boolean {
  const acts = { "'": /'/, '"': /["$`\\]/ };
  let quote: "'" | '"' | undefined;
  let next = command.indexOf(value);
  if (next < 0) return false;
  for (let at = 0; at < command.length && next >= 0; at++) {
    if (at === next) {
      if (quote === undefined || acts[quote].test(value)) return false;
      next = command.indexOf(value, next + 1);
    }
    const sign = command[at];
    if (sign === '\\' && quote !== "'") at += at + 1 === next ? 0 : 1;
    else if (quote !== undefined) quote = sign === quote ? undefined : quote;
    else if (sign === "'" || sign === '"') quote = sign;
  }
  return next < 0;
}
