import { Generations } from '../../bytes/generations.js';
import { utf8OrLatin1 } from '../values/value-decoding.js';
import { liveMarkup, type LiveMarkup } from './markup.js';

/** A response's text, and what in it can run a script. */
export interface ReadPage {
  readonly text: string;
  readonly live: readonly LiveMarkup[];
}

export const NO_PAGE: ReadPage = { text: '', live: [] };

/** Bytes of a response that are read for markup and for reflected values. */
const MAX_RESPONSE = 262_144;
/** Characters of the pages that are kept, a longer page is not, and what counts for one beside its characters. */
const MAX_KEPT = 4_194_304;
const MAX_LENGTH = 65_536;
const PLACE = 256;

/**
 * Responses as they are read for scripts. Most are equal to one of late, and those are read once: what is equal is told by
 * all of its bytes. State: 4 million characters of text, and what was found in them.
 */
export class ReadPages {
  readonly #known = new Generations<string, ReadPage>(MAX_KEPT);

  read(body: Uint8Array, contentType: string): ReadPage {
    if (body.byteLength === 0 || (contentType !== '' && !/^text\/|json|xml|javascript/.test(contentType)))
      return NO_PAGE;
    const binary = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, MAX_RESPONSE)).toString(
      'latin1',
    );
    if (binary.length > MAX_LENGTH) return readPage(binary, contentType);
    const key = `${binary}\n${contentType}`;
    const weight = key.length + PLACE;
    let page = this.#known.get(key, weight);
    if (page === undefined) this.#known.set(key, (page = readPage(binary, contentType)), weight);
    return page;
  }
}

function readPage(binary: string, contentType: string): ReadPage {
  const text = utf8OrLatin1(binary);
  return { text, live: /html|xml|svg|json/.test(contentType) || contentType === '' ? liveIn(text, contentType) : [] };
}

function liveIn(text: string, contentType: string): readonly LiveMarkup[] {
  const markup = contentType.endsWith('json')
    ? text
        .replaceAll('\\"', '"')
        .replaceAll('\\/', '/')
        .replace(/\\u003[cC]/g, '<')
        .replace(/\\u003[eE]/g, '>')
    : text;
  return markup.includes('<') ? liveMarkup(markup) : [];
}
