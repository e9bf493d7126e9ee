import { Parser } from 'htmlparser2';

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
const SCRIPT_SCHEME = /^\s*(?:j\s*a\s*v\s*a\s*s\s*c\s*r\s*i\s*p\s*t|vbscript|data\s*:\s*text\/html)\s*[:;,]/i;
const URL_ATTRIBUTES = new Set([
  'href',
  'src',
  'action',
  'formaction',
  'data',
  'xlink:href',
  'background',
  'poster',
  'to',
  'values',
  'content',
]);
const LOADING = new Set(
  'img image audio video link style source track input form a svg math table base meta body'.split(' '),
);
const KNOWN =
  'a abbr address area article aside audio b base bdi bdo blockquote body br button canvas caption center cite code col colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html i iframe image img input ins kbd label legend li link main map mark marquee math menu meta meter nav noscript object ol optgroup option output p param picture pre progress q rp rt ruby s samp script section select small source span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr animate set use foreignobject animatetransform path circle rect'.split(
    ' ',
  );
const ELEMENTS = new Set(KNOWN);
const HANDLER = /^on[a-z]{3,30}$/;

const EMPTY: MarkupReading = { grade: 0, tokens: '', live: [] };

/** What in a document can run a script, in its order, at most 32. */
export function liveMarkup(html: string): LiveMarkup[] {
  return read(html.slice(0, MAX_TEXT)).live;
}

/**
 * Reads a value as markup in each place where a page may put it: between elements, and inside an attribute's value with
 * either kind of quotes or none. The highest grade counts.
 */
export function readAsMarkup(value: string): MarkupReading {
  const text = value.slice(0, MAX_VALUE);
  if (!/[<=:]/.test(text)) return EMPTY;
  let best = text.includes('<') ? graded(read(text)) : EMPTY;
  for (const quote of ['"', "'"]) {
    if (best.grade === 3 || !text.includes(quote)) continue;
    const reading = graded(read(`<i title=${quote}${text}${quote}>`), 'i');
    if (reading.grade > best.grade) best = reading;
  }
  // A filter that takes out an inner tag once leaves a whole one: `<scr<script>ipt>`.
  if (best.grade < 3 && /<script[\s/>]/i.test(text)) best = { grade: 3, tokens: 'script', live: [] };
  if (best.grade < 3 && SCRIPT_SCHEME.test(text)) {
    best = { grade: 3, tokens: 'scheme', live: [{ kind: 'scheme', skeleton: codeSkeleton(text), text }] };
  }
  return best;
}

interface Found {
  elements: string[];
  handlers: string[];
  live: LiveMarkup[];
}

function graded({ elements, handlers, live }: Found, ignored = ''): MarkupReading {
  const names = elements.filter((name, i) => !(i === 0 && name === ignored));
  if (names.length === 0 && handlers.length === 0 && live.length === 0) return EMPTY;
  const known = names.filter((name) => ELEMENTS.has(name));
  const tokens = [
    ...names.map((name) => (ELEMENTS.has(name) ? name : 'element')),
    ...handlers,
    ...live.map((item) => item.kind),
  ];
  const grade = live.length > 0 ? 3 : known.some((name) => LOADING.has(name)) ? 2 : names.length > 0 ? 1 : 0;
  return { grade, tokens: [...new Set(tokens)].join(' ').slice(0, MAX_TOKENS_SHOWN), live };
}

function read(html: string): Found {
  const found: Found = { elements: [], handlers: [], live: [] };
  let script: string | undefined;
  const add = (kind: LiveMarkup['kind'], skeleton: string, text: string): void => {
    if (found.live.length < MAX_LIVE)
      found.live.push({ kind, skeleton: `${kind} ${skeleton}`.slice(0, 4096), text: text.slice(0, 4096) });
  };
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (found.elements.length < 64) found.elements.push(name);
        if (name === 'script') {
          const source = attributes['src'];
          if (source === undefined) script = '';
          else add('source', urlSkeleton(source), source);
        } else if (/^(?:iframe|frame|object|embed|applet)$/.test(name)) {
          const target = attributes['srcdoc'] ?? attributes['src'] ?? attributes['data'] ?? '';
          add('frame', `${name} ${urlSkeleton(target)}`, target);
        } else if (name === 'base') add('other', 'base', attributes['href'] ?? '');
        for (const [attribute, value] of Object.entries(attributes)) {
          if (HANDLER.test(attribute)) {
            if (found.handlers.length < 8) found.handlers.push(attribute);
            add('handler', `${name} ${attribute} ${codeSkeleton(value)}`, value);
          } else if (URL_ATTRIBUTES.has(attribute) && SCRIPT_SCHEME.test(value)) {
            add('scheme', `${name} ${attribute} ${codeSkeleton(value)}`, value);
          }
        }
      },
      ontext(data) {
        if (script !== undefined && script.length < 16_384) script += data;
      },
      onclosetag(name) {
        if (name !== 'script' || script === undefined) return;
        add('inline', codeSkeleton(script), script);
        script = undefined;
      },
    },
    { decodeEntities: true },
  );
  parser.write(html);
  parser.end();
  return found;
}

/** Program text with strings and numbers taken out, and lists of them folded: what stays equal between two renderings. */
export function codeSkeleton(code: string): string {
  return code
    .slice(0, 8192)
    .replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|\b\d[\w.]*/g, '?')
    .replace(/\s+/g, '')
    .replace(/\?(?:,\?)+/g, '?+')
    .replace(/(?:\{[?+:,]*\},?)+/g, '{?}')
    .slice(0, 2048);
}

/** Where a script comes from: origin and path, without the version and the query. */
function urlSkeleton(url: string): string {
  return url
    .split(/[?#]/, 1)[0]!
    .replace(/\d+|[0-9a-f]{8,}/g, '?')
    .slice(0, 512);
}
