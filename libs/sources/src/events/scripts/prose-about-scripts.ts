/** First words that another word may follow in a program. */
const OPENS_PROGRAM =
  /^(?:async|await|break|case|class|const|continue|default|delete|do|else|enum|export|extends|for|function|get|goto|if|import|in|instanceof|let|new|of|return|set|static|super|switch|this|throw|try|typeof|using|var|void|while|with|yield)$/;
const JOINS_WORDS = /^(?:as|from|in|instanceof|of)$/;
/** As much of a script's text is read as stands before anything in which words may stand freely. */
const NAMED = /<script>([^"'`/<>#]{1,160})/giu;
const TWO_WORDS =
  /(?<![.\p{L}\p{N}_$])([\p{L}_$][\p{L}\p{N}_$]{0,32})[ \t]{1,8}([\p{L}_$][\p{L}\p{N}_$]{0,32})(?![\p{L}\p{N}_$])/gu;

/**
 * The text without the opening tags that name the element in prose (`<script> must be escaped`, `<script> escaped? Our
 * team says so`): two words in a row, the first no keyword, stand in no grammar of scripts, and a script that does not
 * parse does nothing at all. What follows is read as if the tag were not there, as a filter may take it out.
 */
export function withoutNamedScripts(text: string): string {
  return text.replace(NAMED, (whole, rest: string) => (isProse(rest) ? rest : whole));
}

function isProse(text: string): boolean {
  for (const [, first = '', second = ''] of text.matchAll(TWO_WORDS))
    if (!OPENS_PROGRAM.test(first) && !JOINS_WORDS.test(second)) return true;
  return false;
}

const SHOWS_A_BOX = String.raw`(?:alert|confirm|prompt|print)\s?\(\s?(?:\d{1,6}|'[\w ]{0,16}'|"[\w ]{0,16}")?\s?\)\s?;?`;
const ELEMENT = String.raw`<script>\s?${SHOWS_A_BOX}\s?</script>|<[a-z]{1,12}(?:\s[a-z]{1,12}=\w{1,12}){0,2}\son[a-z]{3,20}=(["']?)${SHOWS_A_BOX}\1\s?/?>`;
/** A word stands right before it, and right after it the sentence goes on in small letters. */
const MENTION = new RegExp(String.raw`(?<=\p{L}{2}[ \t])(?:${ELEMENT})(?=[,;]?[ \t]\p{Ll}{1,24}[ \t,;.:!?])`, 'gu');
const WORD = /(?<![\p{L}\p{N}])\p{L}{2,24}(?![\p{L}\p{N}(=])/gu;
const LEAST_WORDS = 6;

/**
 * The text without the scripts that its prose mentions: they stand within a sentence as a word would (`or <img src=x
 * onerror=alert(1)>, is that bad?`), and show a box with a literal, which alters and tells nothing. Who tries a field may
 * write so too: that is seen where a page serves the script.
 */
export function withoutMentionedScripts(text: string): string {
  const rest = text.replace(MENTION, 'it');
  return rest !== text && (rest.match(WORD) ?? []).length >= LEAST_WORDS ? rest : text;
}
