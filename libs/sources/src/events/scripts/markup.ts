import { codeSkeleton } from './code-skeleton.js';
import { readElements, type OpeningTag } from './element-reader.js';
import { acts, breaksOut, isBareCall, isBareScriptUrl, isHandler, isProgram, isScriptUrl } from './live-code.js';
import { withoutMentionedScripts, withoutNamedScripts } from './prose-about-scripts.js';

/** A piece of markup that can run a script. */
export interface LiveMarkup {
  readonly kind: 'inline' | 'source' | 'handler' | 'scheme' | 'frame' | 'other';
  /** What it runs or loads, its literals taken out: the same for every rendering of one template. */
  readonly skeleton: string;
  /** The text as it stands, for finding the parameter that brought it. */
  readonly text: string;
}

export interface MarkupReading {
  readonly grade: 0 | 1 | 2 | 3;
  readonly tokens: string;
  readonly live: readonly LiveMarkup[];
}

const MAX_LIVE = 32;
const MAX_TEXT = 262_144;
const MAX_VALUE = 8192;
const MAX_TOKENS_SHOWN = 96;
const URL_ATTRIBUTES = new Set(
  'href src action formaction data xlink:href background poster to from values content srcdoc code codebase'.split(' '),
);
const LOADING = new Set(
  'img image audio video link source track input form a svg math table base meta body style'.split(' '),
);
const KNOWN =
  'a abbr address area article aside audio b base bdi bdo blockquote body br button canvas caption center cite code col colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html i iframe image img input ins kbd label legend li link main map mark marquee math menu meta meter nav noscript object ol optgroup option output p param picture pre progress q rp rt ruby s samp script section select small source span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr animate set use foreignobject animatetransform path circle rect'.split(
    ' ',
  );
const ELEMENTS = new Set(KNOWN);
const FRAMES = /^(?:iframe|frame|object|embed|applet)$/;
const STYLE_PROGRAM = /expression\s{0,8}\(|-moz-binding|behavior\s{0,4}:|javascript\s{0,4}:/i;

const EMPTY: MarkupReading = { grade: 0, tokens: '', live: [] };

/** What in a document can run a script, in its order, at most 32. */
export function liveMarkup(html: string): LiveMarkup[] {
  return read(html.slice(0, MAX_TEXT), false).live;
}

/**
 * Reads a value as markup in each place where a page may put it: between elements, inside an attribute's value with
 * either kind of quotes or none, and inside a string of a program. The highest grade counts.
 */
export function readAsMarkup(value: string): MarkupReading {
  if (!/[<=:(`[]/.test(value)) return EMPTY;
  const text = value.slice(0, MAX_VALUE).replaceAll('\0', '');
  const whole = withoutNamedScripts(text);
  const rest = withoutMentionedScripts(whole);
  const reading = readInPlaces(rest);
  if (reading.grade > 2 || rest === text) return reading;
  // What a sentence mentions is no attack yet; should a page serve it, it is to be known again.
  return { grade: 2, tokens: 'script', live: rest === whole ? [] : readInPlaces(whole).live };
}

function readInPlaces(text: string): MarkupReading {
  let best = text.includes('<') ? graded(read(text, true)) : EMPTY;
  for (const quote of ['"', "'"]) {
    if (best.grade === 3 || !text.includes(quote) || !/[=<]/.test(text)) continue;
    const reading = graded(read(`<i title=${quote}${text}>`, true), 'i');
    if (reading.grade > best.grade) best = reading;
  }
  // A filter that takes out an inner tag once leaves a whole one: `<scr<script>ipt>`; a tag that ends a script begins one.
  if (best.grade < 3 && /<(?:scr|[!?%/])<script[\s/>]|<\/script\s{0,8}>\s{0,8}<script[\s/]/i.test(text))
    best = { grade: 3, tokens: 'script', live: [] };
  if (best.grade < 3 && isBareScriptUrl(text)) {
    best = { grade: 3, tokens: 'scheme', live: [{ kind: 'scheme', skeleton: codeSkeleton(text), text }] };
  }
  if (best.grade < 3 && /\bon[a-z]{3,30}\s{0,8}=/i.test(text)) best = unquoted(text, best);
  if (best.grade < 3 && isBareCall(text)) best = { grade: 3, tokens: 'call inline', live: [] };
  if (best.grade < 3 && breaksOut(text)) best = { grade: 3, tokens: 'string ended, call', live: [] };
  return best;
}

/** In an attribute without quotes any blank ends the value: recipes of code look alike, unless what is called is telling. */
function unquoted(text: string, best: MarkupReading): MarkupReading {
  const found = read(`<i title=${text}>`, true);
  const telling = found.live.some(({ kind, text: code }) => kind === 'handler' && acts(code));
  if (telling) return { grade: 3, tokens: 'handler without a tag', live: found.live };
  return found.live.length > 0 && best.grade < 2 ? { grade: 2, tokens: 'handler without a tag', live: [] } : best;
}

interface Found {
  elements: string[];
  handlers: string[];
  live: LiveMarkup[];
  /** Elements that are read by a program or the browser as an instruction, though nothing runs yet. */
  instructs: boolean;
}

function graded({ elements, handlers, live, instructs }: Found, ignored = ''): MarkupReading {
  const names = elements.filter((name, i) => !(i === 0 && name === ignored));
  if (names.length === 0 && handlers.length === 0 && live.length === 0) return EMPTY;
  const loads = instructs || names.some((name) => LOADING.has(name) || name === 'script');
  const tokens = [
    ...names.map((name) => (ELEMENTS.has(name) ? name : 'element')),
    ...handlers,
    ...live.map((item) => item.kind),
  ];
  const grade = live.length > 0 ? 3 : loads ? 2 : 1;
  return { grade, tokens: [...new Set(tokens)].join(' ').slice(0, MAX_TOKENS_SHOWN), live };
}

/** `value`: a piece that somebody sent, where prose may name a tag, and a page only shows it. */
function read(html: string, value: boolean): Found {
  const found: Found = { elements: [], handlers: [], live: [], instructs: false };
  let source: string | undefined;
  const add = (kind: LiveMarkup['kind'], skeleton: string, text: string): void => {
    if (found.live.length < MAX_LIVE)
      found.live.push({ kind, skeleton: `${kind} ${skeleton}`.slice(0, 4096), text: text.slice(0, 4096) });
  };
  readElements(html, {
    tag(tag) {
      if (found.elements.length < 64) found.elements.push(tag.name);
      if (tag.name === 'script') {
        source = attributeOf(tag, 'src') ?? attributeOf(tag, 'href') ?? attributeOf(tag, 'xlink:href');
        if (source !== undefined) add('source', urlSkeleton(source), source);
      }
      readTag(tag, found, value, add);
    },
    script(text, closed) {
      if (source !== undefined) return;
      // Prose names the element, and goes on as prose.
      if (!value || (closed && text.trim() !== '') || isCode(text)) add('inline', codeSkeleton(text), text);
    },
  });
  return found;
}

function readTag(
  tag: OpeningTag,
  found: Found,
  value: boolean,
  add: (kind: LiveMarkup['kind'], skeleton: string, text: string) => void,
): void {
  const { name } = tag;
  if (FRAMES.test(name)) {
    const target = attributeOf(tag, 'srcdoc') ?? attributeOf(tag, 'src') ?? attributeOf(tag, 'data') ?? '';
    if (!value || target !== '') add('frame', `${name} ${urlSkeleton(target)}`, target);
  } else if (name === 'base') add('other', 'base', attributeOf(tag, 'href') ?? '');
  else if (name === 'style' || name === 'meta' || name === 'link') found.instructs = true;
  for (const [attribute, text] of tag.attributes) {
    // Browsers gain events: one that is unknown here is told by what it calls.
    const handles = isHandler(attribute) || (value && /^on[a-z]{3,40}$/.test(attribute) && acts(text));
    if (handles && (!value || isProgram(text))) {
      if (found.handlers.length < 8) found.handlers.push(attribute);
      add('handler', `${name} ${attribute} ${codeSkeleton(text)}`, text);
    } else if (URL_ATTRIBUTES.has(attribute) && runs(name, attribute, text)) {
      add('scheme', `${name} ${attribute} ${codeSkeleton(text)}`, text);
    } else if (attribute === 'style' && STYLE_PROGRAM.test(text)) add('other', `${name} style`, text);
    else if (attribute === 'attributename' && isHandler(text.trim().toLowerCase()))
      add('handler', `${name} ${text.slice(0, 32)}`, attributeOf(tag, 'to') ?? '');
  }
}

function runs(name: string, attribute: string, text: string): boolean {
  if (attribute === 'content')
    return name === 'meta' && /url\s{0,8}=\s{0,8}['"]?\s{0,8}(?:javascript|data)\s{0,8}:/i.test(text);
  // A picture never runs what is in it.
  return (
    isScriptUrl(text) && !(/^(?:img|image|video|audio|source|input)$/.test(name) && /^\s{0,8}data:image/i.test(text))
  );
}

function attributeOf({ attributes }: OpeningTag, name: string): string | undefined {
  return attributes.find(([attribute]) => attribute === name)?.[1];
}

function isCode(text: string): boolean {
  return /[\w$)\]][([`=]|\/\/|^\s{0,8}['"`]/.test(text);
}

/** Where a script comes from: origin and path, without the version and the query. */
function urlSkeleton(url: string): string {
  return url
    .split(/[?#]/, 1)[0]!
    .replace(/\d+|[0-9a-f]{8,}/g, '?')
    .slice(0, 512);
}
