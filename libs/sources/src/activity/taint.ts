import type { ProcessActivity } from '@plimsoll/contracts';

import { remembered } from '../bytes/remembered.js';
import type { ActKind } from './activity.js';
import type { Subject } from './activity-subject.js';

type Taint = NonNullable<ProcessActivity['tainted']>;

/** A number alone starts nothing: it is an argument, whoever chose it. */
const NUMBER = /^[\d.,:+-]+$/;

/** A request's value in the forms in which it is looked for: made once, however many acts it is looked for in. */
export interface PreparedValue extends ValueForms {
  readonly name: string;
}

interface ValueForms {
  readonly value: string;
  readonly trimmed: string;
  /** It says more than one word of a command. */
  readonly shellSyntax: boolean;
  readonly path: { readonly bare: string; readonly syntax: boolean; readonly tail: string };
  /** The address that it names, in whatever notation; undefined where it names none, or says whereabouts. Read when first asked for. */
  readonly address: () => NamedAddress | undefined;
}

interface NamedAddress {
  readonly host: string;
  /** Undefined where the value leaves it open. */
  readonly port: string | undefined;
}

const MIN_PART = 3;
const MIN_WHOLE = 2;
const MIN_CODE = 3;
const MAX_VALUE = 4_096;
const MAX_PARAMETERS = 256;
/**
 * A value says more than names: a further command, an option, a file elsewhere. Words with a blank between them are more
 * names at the most: people type them where one is asked for, and titles and names of files hold them.
 */
const SHELL_SYNTAX = /[;|&`$<>\\'"(){}]|[^\S ]|(?:^|\s)-\w| [^\p{L}\p{N}]/u;

/** A value of a request; `whereabouts`: a header by which a browser says where it is and whom it asks. */
export interface RequestValue {
  readonly name: string;
  readonly value: string;
  readonly whereabouts?: boolean;
}

export function preparedValues(values: readonly RequestValue[]): readonly PreparedValue[] {
  return values.slice(0, MAX_PARAMETERS).map(({ name, value, whereabouts = false }) => {
    const { trimmed, shellSyntax, path, address, value: cut } = formsOf(value.slice(0, MAX_VALUE), whereabouts);
    return { name, value: cut, trimmed, shellSyntax, path, address };
  });
}

const formsOf = remembered((value: string, whereabouts: boolean): ValueForms => {
  const trimmed = value.trim();
  const bare = value.replace(/^[a-z.]{2,16}:\/\//i, '').replace(/\0.*$/s, '');
  const syntax = /(?:^|[/\\])\.\.(?:[/\\]|$)|^\//.test(bare) || bare !== value;
  const tail = bare.replace(/^.*(?:^|[/\\])\.{2,}[/\\]+/s, '').replace(/^\.\//, '');
  const path = { bare, syntax, tail };
  const address = once(() => (whereabouts ? undefined : addressOf(value)));
  return { value, trimmed, shellSyntax: SHELL_SYNTAX.test(trimmed), path, address };
});

/**
 * Whether a request's parameter went into what a program did: the value is a part of the command, path or address, or
 * the command is a part of the value (code that a template or a loader ran). Needs no learning and knows no payload
 * (taint inference: Sekar 2009). Cost: one search a value.
 */
export function taintOf(
  kind: ActKind,
  subject: Pick<Subject, 'texts' | 'names'>,
  values: readonly PreparedValue[],
): Taint | undefined {
  let best: Taint | undefined;
  for (const value of values) {
    const found = valueTaint(kind, subject, value);
    if (found === undefined) continue;
    const taint = { parameter: value.name.slice(0, 128), ...found };
    if (best === undefined || weight(taint) > weight(best)) best = taint;
  }
  return best;
}

function valueTaint(
  kind: ActKind,
  subject: Pick<Subject, 'texts' | 'names'>,
  value: PreparedValue,
): Omit<Taint, 'parameter'> | undefined {
  const { texts } = subject;
  if (kind === 'execute') return commandTaint(subject, value);
  if (kind === 'open') return pathTaint(texts[0] ?? '', value);
  return kind === 'connect' ? addressTaint(texts[0] ?? '', value) : undefined;
}

function commandTaint(
  { texts, names = [] }: Pick<Subject, 'texts' | 'names'>,
  { value, trimmed, shellSyntax }: PreparedValue,
): Omit<Taint, 'parameter'> | undefined {
  for (const text of texts) {
    const whole = text.trim();
    if (trimmed.length >= MIN_WHOLE && whole === trimmed && !isShortNumber(trimmed))
      return { relation: 'whole', syntax: !NUMBER.test(trimmed) };
    if (value.length >= MIN_PART && text.includes(value))
      return { relation: 'part', syntax: shellSyntax && !isWithinNames(names, value, text) };
    if (whole.length >= MIN_CODE && value.length > whole.length && value.includes(whole) && readsAsCode(value, whole))
      return { relation: 'code', syntax: true };
  }
  return undefined;
}

/** Wherever it stands it stayed part of names, whatever signs it holds; at the begin of one it may be an option. */
function isWithinNames(names: readonly string[], value: string, text: string): boolean {
  const holding = names.filter((name) => name.includes(value));
  if (holding.length === 0 || (value.startsWith('-') && holding.some((name) => name.startsWith(value)))) return false;
  return names.reduce((times, name) => times + timesIn(name, value), 0) >= timesIn(text, value);
}

function timesIn(text: string, value: string): number {
  return text.split(value).length - 1;
}

/** Of several requests that an event loop has open, some other may well send the same few digits. */
function isShortNumber(value: string): boolean {
  return value.length < MIN_PART && NUMBER.test(value);
}

/** The command stands in the value as a quoted text of code, not as words of a sentence. */
function readsAsCode(value: string, command: string): boolean {
  const at = value.indexOf(command);
  return /["'`(]\s*$/.test(value.slice(0, at)) && /^\s*["'`),]/.test(value.slice(at + command.length));
}

function pathTaint(
  path: string,
  { path: { bare, syntax, tail } }: PreparedValue,
): Omit<Taint, 'parameter'> | undefined {
  if (tail.length < MIN_PART || !(path === tail || path.endsWith(`/${tail.replace(/^\/+/, '')}`))) return undefined;
  return { relation: path === bare ? 'whole' : 'part', syntax };
}

/**
 * The address as the value names it, in whatever notation: a URL's parser reads them all. Another port is another's: an
 * application that is asked under the address of its own database does not connect there for the request's sake.
 */
function addressTaint(address: string, value: PreparedValue): Omit<Taint, 'parameter'> | undefined {
  const [, host = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  if (host.length < MIN_PART || host === 'unix') return undefined;
  const named = value.address();
  if (named === undefined) return undefined;
  const meant = named.host === 'localhost' ? (host === '::1' ? host : '127.0.0.1') : named.host;
  return meant === host && (named.port ?? port) === port ? { relation: 'part', syntax: true } : undefined;
}

function once<Answer>(answer: () => Answer): () => Answer {
  let known: { readonly answer: Answer } | undefined;
  return () => (known ??= { answer: answer() }).answer;
}

/** A URL without a port means its scheme's; a host alone leaves it open. */
const addressOf = remembered((value: string): NamedAddress | undefined => {
  const schemed = /^\s*(?:[a-z][a-z0-9+.-]{1,16}:)?\/\/\S+/i.test(value);
  const text = schemed ? value.trim() : `http://${value.trim()}`;
  try {
    const url = new URL(text.startsWith('//') ? `http:${text}` : text);
    const standard = url.protocol === 'https:' ? '443' : url.protocol === 'http:' ? '80' : undefined;
    const port = url.port !== '' ? url.port : schemed ? standard : undefined;
    return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port };
  } catch {
    return undefined;
  }
});

function weight({ relation, syntax }: Taint): number {
  return (syntax ? 4 : 0) + (relation === 'whole' ? 2 : relation === 'part' ? 1 : 0);
}
