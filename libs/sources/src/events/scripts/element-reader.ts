import { Tokenizer } from 'htmlparser2';

/** An element's opening tag: names in lower case, attributes in order, entities in their values decoded. */
export interface OpeningTag {
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

export interface ElementVisitor {
  tag(tag: OpeningTag): void;
  /** Text of a `script` element; `closed` where its end tag was there. */
  script(text: string, closed: boolean): void;
}

const MAX_ATTRIBUTES = 64;
const MAX_SCRIPT = 16_384;
const MAX_ATTRIBUTE = 4096;
/** How the page around it ends a tag that is not closed. */
const ENDINGS = ['>', '">', "'>"] as const;
const MAX_TAIL = 4096;

/**
 * The opening tags and scripts of a document or of a piece of one, by htmlparser2's tokenizer (WHATWG's tokens), without
 * the tree: nesting costs nothing. Linear in the text.
 */
export function readElements(html: string, visitor: ElementVisitor): void {
  const rest = new Reading(html, visitor).run();
  if (rest === undefined) return;
  const tail = html.slice(rest, rest + MAX_TAIL);
  for (const ending of ENDINGS) {
    const found: OpeningTag[] = [];
    new Reading(`${tail}${ending}`, { tag: (tag) => found.push(tag), script: () => undefined }).run();
    const [tag] = found;
    if (tag === undefined) continue;
    visitor.tag(tag);
    return;
  }
}

class Reading {
  readonly #html: string;
  readonly #visitor: ElementVisitor;
  #name: string | undefined;
  #start = 0;
  #attributes: [string, string][] = [];
  #value = '';
  #script: string | undefined;

  constructor(html: string, visitor: ElementVisitor) {
    this.#html = html;
    this.#visitor = visitor;
  }

  /** Where a tag begins that the text ends in, or undefined. */
  run(): number | undefined {
    const tokenizer = new Tokenizer(
      { decodeEntities: true },
      {
        onopentagname: (start, end) => {
          this.#name = this.#html.slice(start, end).toLowerCase();
          this.#start = start - 1;
          this.#attributes = [];
        },
        onattribname: (start, end) => {
          this.#value = '';
          if (this.#attributes.length < MAX_ATTRIBUTES)
            this.#attributes.push([this.#html.slice(start, end).toLowerCase(), '']);
        },
        onattribdata: (start, end) => {
          if (this.#value.length < MAX_ATTRIBUTE)
            this.#value += this.#html.slice(start, Math.min(end, start + MAX_ATTRIBUTE));
        },
        onattribentity: (code) => {
          if (this.#value.length < MAX_ATTRIBUTE) this.#value += String.fromCodePoint(code);
        },
        onattribend: () => {
          const last = this.#attributes.at(-1);
          if (last !== undefined) last[1] = this.#value;
        },
        onopentagend: () => {
          this.#opened();
        },
        onselfclosingtag: () => {
          this.#opened();
        },
        onclosetag: (start, end) => {
          if (this.#script !== undefined && /^script/i.test(this.#html.slice(start, end))) this.#closeScript(true);
        },
        ontext: (start, end) => {
          if (this.#script !== undefined && this.#script.length < MAX_SCRIPT)
            this.#script += this.#html.slice(start, end);
        },
        ontextentity: () => undefined,
        oncdata: () => undefined,
        oncomment: () => undefined,
        ondeclaration: () => undefined,
        onprocessinginstruction: () => undefined,
        onend: () => undefined,
      },
    );
    tokenizer.write(this.#html);
    tokenizer.end();
    this.#closeScript(false);
    return this.#name === undefined ? undefined : this.#start;
  }

  #opened(): void {
    if (this.#name === undefined) return;
    this.#visitor.tag({ name: this.#name, attributes: this.#attributes });
    if (this.#name === 'script') this.#script = '';
    this.#name = undefined;
  }

  #closeScript(closed: boolean): void {
    if (this.#script !== undefined) this.#visitor.script(this.#script, closed);
    this.#script = undefined;
  }
}
