/** Attributes of elements that hold a program: the events of HTML, SVG and of older browsers. */
const HANDLERS = new Set(
  (
    'abort activate afterprint afterscriptexecute animationcancel animationend animationiteration animationstart auxclick beforeactivate ' +
    'beforecopy beforecut beforeinput beforematch beforepaste beforeprint beforescriptexecute beforetoggle beforeunload begin bounce blur cancel ' +
    'canplay canplaythrough change click close command contentvisibilityautostatechange contextlost contextmenu contextrestored copy cuechange ' +
    'cut dblclick deactivate drag dragend dragenter dragexit dragleave dragover dragstart drop durationchange emptied end ended error filterchange ' +
    'finish focus focusin focusout formdata formchange forminput fullscreenchange gesturechange gestureend gesturestart gotpointercapture ' +
    'hashchange help input invalid keydown keypress keyup languagechange load loadeddata loadedmetadata loadend loadstart location ' +
    'lostpointercapture message messageerror mousedown mouseenter mouseleave mousemove mouseout mouseover mouseup mousewheel offline online ' +
    'orientationchange page pagehide pagereveal pageshow pageswap paste pause play playing pointercancel pointerdown pointerenter pointerleave ' +
    'pointermove pointerout pointerover pointerrawupdate pointerup popstate progress propertychange ratechange readystatechange rejectionhandled ' +
    'repeat reset resize scroll scrollend scrollsnapchange scrollsnapchanging search securitypolicyviolation seeked seeking select selectionchange ' +
    'selectstart show slotchange stalled start storage submit suspend timeupdate toggle touchcancel touchend touchmove touchstart transitioncancel ' +
    'transitionend transitionrun transitionstart unhandledrejection unload volumechange waiting webkitanimationend webkitanimationstart ' +
    'webkitmouseforcechanged webkittransitionend webkitplaybacktargetavailabilitychanged wheel zoom'
  )
    .split(' ')
    .map((event) => `on${event}`),
);

/** Calls and names by which injected scripts act. */
const ACTS =
  /\b(?:alert|confirm|prompt|eval|fetch|print|atob|import|setTimeout|setInterval|Function|open|write|writeln|assign|postMessage|XMLHttpRequest|sendBeacon|throw|find|msgbox)\s{0,4}(?:[(`.]|\s\S)|\b(?:document|window|location|self|top|parent|globalThis|this|frames|localStorage|cookie)\s{0,4}(?:[.[=]|$)|\[\s{0,4}['"`]|\\u00|\\x[0-9a-f]{2}|=\s{0,4}(?:alert|name|eval)\b/i;

export function isHandler(attribute: string): boolean {
  return HANDLERS.has(attribute);
}

/** Whether an attribute's value is more than a word: `f()`, `a=b`, `` f`1` ``, `throw 1`. */
export function isProgram(value: string): boolean {
  return /[(`=;[{]|\bthrow\s/.test(value);
}

/** Whether a text calls what injected scripts call. */
export function acts(text: string): boolean {
  return ACTS.test(text);
}

/** A URL that is a program: `javascript:` with blanks and control characters in it, `vbscript:`, a document in `data:`. */
export function isScriptUrl(url: string): boolean {
  const start = condensed(url);
  if (start.startsWith('javascript:') || start.startsWith('livescript:'))
    return !/^(?:void\(?0?\)?;?)?$/.test(start.slice(11));
  return start.startsWith('vbscript:') || /^data:(?:text\/html|text\/xml|application\/xhtml|image\/svg)/.test(start);
}

/**
 * A value that is itself such a URL. A title may begin with the same word: `JavaScript: Basics` goes on with words, a
 * program with a call, an assignment or a comment.
 */
export function isBareScriptUrl(value: string): boolean {
  const start = condensed(value);
  if (/^data:(?:text\/html|text\/xml|application\/xhtml|image\/svg)/.test(start)) return /[<]|base64,|%3c/.test(start);
  if (!/^(?:javascript|livescript|vbscript):/.test(start)) return false;
  const rest = value.slice(value.indexOf(':') + 1, value.indexOf(':') + 129);
  return (
    /^\s{0,8}(?:\/[/*]|(?:(?:new|void|await|throw|var|let|const|typeof|delete)\s{1,4})?[\w$.[\]'"`+!~-]{0,64}[([`=])/.test(
      rest,
    ) || /%0[ad]/i.test(rest)
  );
}

const BOX = String.raw`(?:(?:window|self|top|parent|globalThis)\s?(?:\?\.|\.)\s?)?(?:alert|confirm|prompt)`;
const CALLED = String.raw`\s?(?:\?\.)?(?:\.\s?(?:call|apply|bind))?\s?\([^;\n]{0,120}\)`;
const OPENED = String.raw`(?:eval|Function|setTimeout|setInterval)\s?\(\s?(?:(?:atob|unescape|decodeURI(?:Component)?|String\.fromCharCode)\s?\(|(?:location|document|window|name)\b).{0,2048}\)`;
const READ = String.raw`document\s?(?:\?\.)?(?:\.|\[\s?["'\`])(?:cookie|domain)(?:["'\`]\s?\])?`;
const BARE_CALL = new RegExp(
  String.raw`^[\s;]{0,4}(?:\(?${BOX}\)?${CALLED}|${OPENED}|${READ})[\s;)]{0,8}(?:(?:\/\/|#).{0,64})?$`,
);

/**
 * A value that is nothing but the call with which scripts show that they run, the opening of a program that stands elsewhere, or the
 * reading of a cookie, however it is spelled (`alert.call(null,1)`, `(alert)(1)`, `document["cookie"]`): it runs where a
 * page puts it into a program.
 */
export function isBareCall(value: string): boolean {
  return value.length <= 4096 && BARE_CALL.test(value);
}

/** The beginning as browsers read a scheme: without blanks, control characters, and in lower case. */
function condensed(url: string): string {
  return url
    .slice(0, 128)
    .replace(/[\0-\x20\x7f-\xa0\u00ad\u200b-\u200d\ufeff]/g, '')
    .toLowerCase();
}

/**
 * A value that ends a string of a program and goes on in it: `';alert(1)//`, `"-alert(1)-"`. Its first quote is the one
 * that ends the string, signs alone stand between it and a call of what injected scripts call, and what follows is
 * taken in again: by a comment, or by an operator with a string.
 */
export function breaksOut(text: string): boolean {
  for (const quote of ["'", '"', '`']) {
    const end = text.indexOf(quote);
    if (end === -1) continue;
    const rest = text.slice(end + 1, end + 513);
    const signs = /^[\s)}\];,+\-*/&|^%<>=?:{(!~\\]{1,24}/.exec(rest)?.[0] ?? '';
    if (!/[;,+\-*/&|^%<>=?:{\n]/.test(signs)) continue;
    const program = rest.slice(signs.length);
    if (!/^(?:new\s|void\s|throw\s|var\s|let\s)?[\w$.[\]]{1,64}\s{0,2}[([`=]/.test(program) || !acts(program)) continue;
    if (/\/\/|\/\*|<!--|[;+\-*/&|,^%(]\s{0,4}['"`]?[^'"`]{0,8}$/.test(program)) return true;
  }
  return false;
}
