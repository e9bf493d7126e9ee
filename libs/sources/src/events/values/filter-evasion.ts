/** Signs that nobody sees, and that some filters and databases leave out: zero width, soft hyphens. */
const UNSEEN = /[\u00ad\u200b-\u200d\u2060\ufeff]/g;
/** A comment, an element or the joint of two texts in a list, within a word. */
const WITHIN_WORDS = /(?<=\w)(?:\/\*[^*/\s]{0,16}\*\/|<\/?\w{0,3}>|\\?["'“”],\\?["'“”])(?=[\w(])/g;
const KEYWORDS =
  /\b(?:union|select|from|where|insert|update|delete|drop|sleep|benchmark|information_schema)\b|\bunion(?=(?:all|distinct)?select)/gi;
const KEYWORDS_TOLD = 2;

/**
 * The text as a filter leaves it that takes out comments, elements or signs which nobody sees, where that puts words
 * together (`un<>ion`, `o<x>nfocus`); undefined where it changes nothing. At most 4,096 characters.
 */
export function rejoined(text: string): string | undefined {
  const part = text.slice(0, 4096);
  const joined = part.replace(UNSEEN, '').replace(WITHIN_WORDS, '');
  return joined === part ? undefined : joined;
}

/** Whether joining brought out two keywords of SQL or more: no prose is broken up there. */
export function revealsSql(text: string, joined: string): boolean {
  const count = (of: string): number => of.match(KEYWORDS)?.length ?? 0;
  return (
    count(joined) >= count(text.slice(0, 4096)) + KEYWORDS_TOLD ||
    (/\bunion(?:all|distinct)?select/i.test(joined) && !/union(?:all|distinct)?select/i.test(text))
  );
}
