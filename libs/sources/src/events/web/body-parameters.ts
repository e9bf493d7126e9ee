import { addForm } from './form-parameters.js';
import { addJson, jsonText } from './json-parameters.js';
import { addMultipart } from './multipart-parameters.js';
import type { ParameterList } from './raw-parameter.js';
import { utf8OrLatin1 } from '../values/value-decoding.js';

/** Bytes of a body that are read. */
const MAX_BODY = 1_048_576;
const BINARY = /^(?:image|audio|video|font)\/|octet-stream|zip|pdf/;
/** A document, whatever type it is said to have: parsers of XML do not ask. */
const DOCUMENT = /^(?:\xef\xbb\xbf)?\s{0,64}<[?!a-z]/i;
const FORM = 'application/x-www-form-urlencoded';

/**
 * The parameters of a body: forms, multipart and JSON by its content type, by what it looks like where the type names
 * none of them (an application may read its body itself), else the text as one parameter. A body that two readings fit
 * gives the parameters of both.
 */
export function addBody(list: ParameterList, body: Uint8Array, contentType: string): void {
  if (body.byteLength === 0) return;
  const seen = body.subarray(0, MAX_BODY);
  const bytes = isWide(seen) ? Buffer.from(jsonText(seen)) : seen;
  const binary = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const type = /^[^;,\s]*/.exec(contentType.trim())![0].toLowerCase();
  const looksLikeJson = /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*[[{"]/.test(binary);
  if (type.endsWith('json')) {
    addJson(list, jsonText(seen));
  } else if (type === FORM) {
    addForm(list, binary, 'body');
    if (looksLikeJson) addJson(list, jsonText(seen));
  } else if (type === 'multipart/form-data') {
    addMultipart(list, binary, contentType);
  } else if (looksLikeJson) {
    addJson(list, jsonText(seen));
  } else if (/^--[^\r\n]{1,200}\r?\ncontent-disposition/i.test(binary)) {
    addMultipart(list, binary, contentType);
  } else if (/^[^\s=&]{1,128}=/.test(binary)) {
    addForm(list, binary, 'body');
    if (type !== '' && !BINARY.test(type)) list.add('body', '', utf8OrLatin1(binary));
  } else if (!BINARY.test(type) || DOCUMENT.test(binary)) {
    list.add('body', '', utf8OrLatin1(binary));
  }
}

/** Whether its first bytes are those of UTF-16: a mark, or signs of ASCII with zeros between them. */
function isWide(body: Uint8Array): boolean {
  const [a = 0, b = 0, c = 0, d = 0] = body;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return true;
  return (b === 0 && d === 0 && a > 0 && c > 0) || (a === 0 && c === 0 && b > 0 && d > 0);
}
