import type { ValueAct } from '@plimsoll/contracts';

/** What a value does beyond SQL and markup, one kind; see `ValueAct` of the contracts. `host`: where it leads, as it stands. */
export type Act = Omit<ValueAct, 'at'> & { readonly host?: string };

const MAX_SHOWN = 64;

/** `tokens` are words of the reader's own, never the value's text. */
export function act(kind: Act['kind'], grade: Act['grade'], tokens: string): Act {
  return { kind, grade, tokens: tokens.slice(0, MAX_SHOWN) };
}
