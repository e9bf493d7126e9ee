/** First words that another word may follow in a program. */
const OPENS_PROGRAM =
  /^(?:async|await|break|case|class|const|continue|default|delete|do|else|enum|export|extends|for|function|get|goto|if|import|in|instanceof|let|new|of|return|set|static|super|switch|this|throw|try|typeof|using|var|void|while|with|yield)$/;
const JOINS_WORDS = /^(?:as|from|in|instanceof|of)$/;
const NAMED =
  /<script>(?=\s{0,64}([\p{L}_$][\p{L}\p{N}_$]{0,32})[ \t]{1,8}([\p{L}_$][\p{L}\p{N}_$]{0,32})[\s.,;:!?])/giu;

/**
 * The text without the opening tags that name the element in prose (`<script> must be escaped`): what follows begins
 * with two words in a row, which no grammar of scripts allows but after a keyword, and a script that does not parse does
 * nothing at all. What follows is read as if the tag were not there, as a filter may take it out.
 */
export function withoutNamedScripts(text: string): string {
  return text.replace(NAMED, (tag, first: string, second: string) =>
    OPENS_PROGRAM.test(first) || JOINS_WORDS.test(second) ? tag : '',
  );
}
