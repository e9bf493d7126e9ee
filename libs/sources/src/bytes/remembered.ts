import { Generations } from './generations.js';
import { ownedText } from './owned-text.js';

/** Texts of late whose answers are kept, and the longest that is kept. */
const MOST = 1_024;
const MAX_LENGTH = 2_048;

type Variant = string | boolean;

/** The answers of one variant, and of those that go on from it. */
class Branch<Answer> {
  readonly branches = new Map<Variant, Branch<Answer>>();
  #answers: Generations<string, { readonly answer: Answer }> | undefined;

  get answers(): Generations<string, { readonly answer: Answer }> {
    return (this.#answers ??= new Generations(MOST));
  }

  to(variant: Variant): Branch<Answer> {
    let next = this.branches.get(variant);
    if (next === undefined) this.branches.set(variant, (next = new Branch()));
    return next;
  }
}

/**
 * A pure function of a text that is asked of the same texts again and again, as statements of an application are: the
 * latest answers are kept, and shared, so nobody may alter them. What else it takes comes of a few words of the program's
 * own. State: for each of those at most 1,024 texts of 2,048 characters.
 */
export function remembered<Rest extends readonly Variant[], Answer>(
  answer: (text: string, ...rest: Rest) => Answer,
): (text: string, ...rest: Rest) => Answer {
  const root = new Branch<Answer>();
  return (text, ...rest) => {
    if (text.length > MAX_LENGTH) return answer(text, ...rest);
    let branch = root;
    for (let i = 0; i < rest.length; i++) branch = branch.to(rest[i]!);
    const { answers } = branch;
    const known = answers.get(text);
    if (known !== undefined) return known.answer;
    const own = ownedText(text);
    const found = answer(own, ...rest);
    answers.set(own, { answer: found });
    return found;
  };
}
