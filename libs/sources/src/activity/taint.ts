import type { ProcessActivity } from '@plimsoll/contracts';

import type { ActKind } from './activity.js';

type Taint = NonNullable<ProcessActivity['tainted']>;

export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

const MIN_PART = 3;
const MIN_WHOLE = 2;
const MIN_CODE = 3;
const MAX_VALUE = 4_096;
const MAX_PARAMETERS = 256;
/** A value says more than one name: a further command, an option, a parent folder. */
const SHELL_SYNTAX = /[;|&`$<>\n\\'"(){}]|(?:^|\s)-\w|\s/;

/**
 * Whether a request's parameter went into what a program did: the value is a part of the command, path or address, or
 * the command is a part of the value (code that a template or a loader ran). Needs no learning and knows no payload
 * (taint inference: Sekar 2009). Cost: one search a value.
 */
export function taintOf(kind: ActKind, texts: readonly string[], values: readonly NamedValue[]): Taint | undefined {
  let best: Taint | undefined;
  for (const { name, value } of values.slice(0, MAX_PARAMETERS)) {
    const found = valueTaint(kind, texts, value.slice(0, MAX_VALUE));
    if (found === undefined) continue;
    const taint = { parameter: name.slice(0, 128), ...found };
    if (best === undefined || weight(taint) > weight(best)) best = taint;
  }
  return best;
}

function valueTaint(kind: ActKind, texts: readonly string[], value: string): Omit<Taint, 'parameter'> | undefined {
  if (kind === 'execute') return commandTaint(texts, value);
  if (kind === 'open') return pathTaint(texts[0] ?? '', value);
  return kind === 'connect' ? addressTaint(texts[0] ?? '', value) : undefined;
}

function commandTaint(texts: readonly string[], value: string): Omit<Taint, 'parameter'> | undefined {
  const trimmed = value.trim();
  for (const text of texts) {
    const whole = text.trim();
    if (trimmed.length >= MIN_WHOLE && whole === trimmed) return { relation: 'whole', syntax: true };
    if (value.length >= MIN_PART && text.includes(value))
      return { relation: 'part', syntax: SHELL_SYNTAX.test(trimmed) };
    if (whole.length >= MIN_CODE && value.length > whole.length && value.includes(whole) && readsAsCode(value, whole))
      return { relation: 'code', syntax: true };
  }
  return undefined;
}

/** The command stands in the value as a quoted text of code, not as words of a sentence. */
function readsAsCode(value: string, command: string): boolean {
  const at = value.indexOf(command);
  return /["'`(]\s*$/.test(value.slice(0, at)) && /^\s*["'`),]/.test(value.slice(at + command.length));
}

function pathTaint(path: string, value: string): Omit<Taint, 'parameter'> | undefined {
  const bare = value.replace(/^[a-z.]{2,16}:\/\//i, '').replace(/\0.*$/s, '');
  const syntax = /(?:^|[/\\])\.\.(?:[/\\]|$)|^\//.test(bare) || bare !== value;
  const tail = bare.replace(/^.*(?:^|[/\\])\.{2,}[/\\]+/s, '').replace(/^\.\//, '');
  if (tail.length < MIN_PART || !(path === tail || path.endsWith(`/${tail.replace(/^\/+/, '')}`))) return undefined;
  return { relation: path === bare ? 'whole' : 'part', syntax };
}

/** The address as the value names it, in whatever notation: a URL's parser reads them all. */
function addressTaint(address: string, value: string): Omit<Taint, 'parameter'> | undefined {
  const host = address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  if (host.length < MIN_PART || host.startsWith('unix:')) return undefined;
  const url = /^\s*(?:[a-z][a-z0-9+.-]{1,16}:)?\/\/\S+/i.test(value) ? value.trim() : `http://${value.trim()}`;
  let named: string;
  try {
    named = new URL(url.startsWith('//') ? `http:${url}` : url).hostname.replace(/^\[(.*)\]$/, '$1');
  } catch {
    return undefined;
  }
  if (named === 'localhost') named = host === '::1' ? host : '127.0.0.1';
  return named === host ? { relation: 'part', syntax: true } : undefined;
}

function weight({ relation, syntax }: Taint): number {
  return (syntax ? 4 : 0) + (relation === 'whole' ? 2 : relation === 'part' ? 1 : 0);
}
