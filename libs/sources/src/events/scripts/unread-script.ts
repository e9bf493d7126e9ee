import type { LiveMarkup } from './markup.js';

/**
 * Ways to run what stands elsewhere, or to put it together only then: a decoder, a loader, an address of another host as a
 * source, literals in pieces.
 */
const PUTS_TOGETHER =
  /\b(?:eval|Function|atob|unescape|fromCharCode|fromCodePoint|import|importScripts|getScript|decodeURI(?:Component)?)\s{0,4}[(`]|\bcreateElement\s{0,4}\(\s{0,4}['"`]script|\.src\s{0,4}=\s{0,4}(?:['"`](?:https?:)?\/\/|[\w$])|['"`]\s{0,4}\+\s{0,4}['"`]|\.(?:join|reverse)\s{0,4}\(|\\x[0-9a-f]{2}|\\u00[0-9a-f]{2}/i;

/** Whether a script's text need not tell what the script asks for: that it names no request says nothing then. */
export function isUnread({ kind, text }: LiveMarkup): boolean {
  return (
    kind === 'source' || ((kind === 'inline' || kind === 'handler' || kind === 'scheme') && PUTS_TOGETHER.test(text))
  );
}
