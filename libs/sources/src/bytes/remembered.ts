import { RecentMap } from './recent-map.js';

/** Texts of late whose answers are kept, and the longest that is kept. */
const MOST = 1_024;
const MAX_LENGTH = 2_048;

/**
 * A pure function of a text that is asked of the same texts again and again, as statements of an application are: the
 * latest answers are kept, and shared, so nobody may alter them. State: at most 1,024 texts of 2,048 characters.
 */
export function remembered<Rest extends readonly (string | boolean)[], Answer>(
  answer: (text: string, ...rest: Rest) => Answer,
): (text: string, ...rest: Rest) => Answer {
  const known = new RecentMap<string, { readonly answer: Answer }>(MOST);
  return (text, ...rest) => {
    if (text.length > MAX_LENGTH) return answer(text, ...rest);
    const key = `${rest.join(' ')}\n${text}`;
    let found = known.get(key);
    if (found === undefined) known.set(key, (found = { answer: answer(text, ...rest) }));
    return found.answer;
  };
}
