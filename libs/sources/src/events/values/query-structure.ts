import { act, type Act } from './act.js';

const NOSQL_OPERATOR =
  /["']?\$(?:ne|eq|gt|gte|lt|lte|in|nin|where|regex|exists|or|and|not|nor|expr|function|all|size|type|mod|elemMatch|text|comment|jsonSchema)["']?\s{0,4}:/;
const NOSQL_SCRIPT = /['"]?\s{0,4}(?:\|\||&&|;)\s{0,4}(?:return\b|this\.\w|var\s+\w+\s*=|while\s*\(|sleep\s*\(|db\.\w)/;
const LDAP = /\*\s?\)\s?\(|\)\s?\(\s?[|&!]\s?[()]|\)\(\s?[&|]\s?\)|^\S{0,64}\)\([\w.-]{1,32}[~<>]?=/;
const XPATH =
  /['"\]]\s{0,4}\|\s{0,4}\/\/?[\w*@]|\b(?:ancestor|parent|child|following|preceding|descendant|attribute)(?:-or-self|-sibling)?::(?:node\(\)|\*|\w)|\bcount\s?\(\s?\/|\bstring-length\s?\(\s?(?:name|\/)|\bname\s?\(\s?\/|\/\*\[\s?\d|\/text\(\)|\bdoc\s?\(\s?['"]/;
const ENTITY = /<!ENTITY\s|<!DOCTYPE\s[^>]{0,256}(?:SYSTEM|PUBLIC)\s{0,8}["'][^"']{0,8}[:/]|<xi:include\s/i;
const PROTOTYPE = /__proto__|\bconstructor\s{0,4}(?:\[\s?["']?|\.|["']\s?:\s?\{\s?["'])prototype/;
const HEADER =
  /[\r\n]\s{0,4}(set-cookie|location|content-type|content-length|transfer-encoding|access-control-allow-origin|host|x-[\w-]{2,32}|http\/[\d.]+|bcc|cc|to|from|reply-to|subject|refresh|link)\s{0,2}[:\s]/i;
const RESPONSE = /^(?:set-cookie|location|content-length|transfer-encoding|access-control|x-|http\/|refresh)/i;

/** What reaches out of the place that a value has in a query, a directory search, a document or a message's head. */
export function readAsStructure(text: string): Act[] {
  const found: Act[] = [];
  if (text.includes('$') && NOSQL_OPERATOR.test(text))
    found.push(act('nosql', /^\s*["']?[[{]|^\[?\$/.test(text) ? 3 : 2, 'operator'));
  else if (
    /^\[?\$(?:ne|eq|gte?|lte?|n?in|where|regex|exists|not|n?or|and|expr|function|elemMatch)\]?(?:=|$)/.test(text)
  )
    found.push(act('nosql', 3, 'operator'));
  else if (/['"]\s{0,4}(?:\|\||&&|;)/.test(text) && NOSQL_SCRIPT.test(text)) found.push(act('nosql', 3, 'script'));
  if (text.includes(')') && text.includes('(') && LDAP.test(text))
    found.push(act('ldap', unopened(text) ? 3 : 2, 'filter'));
  if (/[/:]/.test(text) && XPATH.test(text)) found.push(act('xpath', /['"\]]/.test(text) ? 3 : 2, 'path'));
  if (text.includes('<') && ENTITY.test(text)) found.push(act('entity', 3, 'document type'));
  if (PROTOTYPE.test(text)) found.push(act('prototype', /^\s*["']?[[{]|[=[]/.test(text) ? 3 : 2, 'prototype'));
  const header = /[\r\n]/.test(text) ? HEADER.exec(text) : null;
  if (header !== null) found.push(headerAct(text, header));
  return found;
}

/** A response's header is never typed; the lines of a mail are, in a text of several. */
function headerAct(text: string, header: RegExpExecArray): Act {
  const name = (header[1] ?? '').toLowerCase();
  const single = !/\s/.test(text.slice(0, header.index).trim());
  const grade = RESPONSE.test(name) && single ? 3 : single ? (text.length < 256 ? 3 : 2) : RESPONSE.test(name) ? 2 : 1;
  return act('header', grade, RESPONSE.test(name) ? 'response' : 'message');
}

/** A parenthesis closes that the value did not open. */
function unopened(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length && depth >= 0; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
  }
  return depth < 0;
}
