import { seededRandom } from '../intervals.js';

const WORDS =
  'the a our this that new old small large first next rope anchor sail boat harbour morning evening order parcel price colour question answer weather river friend garden ticket window kitchen train street letter music please thanks maybe soon later again today tomorrow'.split(
    ' ',
  );
const VERBS = 'is was comes goes looks works needs wants keeps makes finds likes'.split(' ');
const SPELLED = "don't it's we're I'm can't O'Brien's that's they've isn't l'été".split(' ');
/** What turns up now and then where people write freely: each a kind of its own. */
const MESSY: readonly ((words: () => string) => string)[] = [
  (words) => `"${words()}," she wrote`,
  (words) => `'${words()}' or "${words()}"`,
  (words) => `${words()}; then ${words()} (more or less)`,
  (words) => `if (a == '${words()}') return ${words()};`,
  (words) => `what is <james> ${words()}?`,
  (words) => `"${words()}." -- Author`,
  (words) => `${words()} & ${words()} = 100 %, x < y`,
  (words) => `see <b>${words()}</b>`,
  (words) => `select ${words()} from the list`,
  (words) => `look: https://example.org/${words().replaceAll(' ', '-')}?a=1&b=2`,
];

/**
 * Texts as people type them into a form field, the same for a seed: `clean` has words and full stops alone; of `messy`
 * ones 13 % hold an apostrophe in a word and a fifth a quotation, a bit of code, a tag or a link.
 */
export function everydayTexts(kind: 'clean' | 'messy', count: number, seed: number): string[] {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const words = (): string =>
    Array.from({ length: 2 + Math.floor(random() * 6) }, (_, i) => (i === 2 ? pick(VERBS) : pick(WORDS))).join(' ');
  return Array.from({ length: count }, () => {
    const plain = `${words()}${random() < 0.5 ? '.' : ''}`;
    const drawn = random();
    if (kind === 'clean' || drawn >= 0.33) return plain;
    return drawn < 0.13 ? `${words()} ${pick(SPELLED)} ${words()}` : pick(MESSY)(words);
  });
}
