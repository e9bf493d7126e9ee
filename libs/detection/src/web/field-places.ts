import type { ValueAct, WebParameter, WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { parameterContexts } from './web-contexts.js';

/**
 * What a field's values name, by their form alone: a place (`https://…`, or from a root: `/account`), a name (of a file, a
 * page, a record; a folder may stand before it), or whatever people write.
 */
export type FieldKind = 'names' | 'links' | 'free' | 'unknown';

const FEWEST_VALUES = 10;
/** One in so many places: the field takes links, and a link may lead up. */
const LINKS_SHARE = 0.05;
const NAMES_SHARE = 0.9;
const FEWEST_ADDRESSES = 3;
const ADDRESSES_SHARE = 0.5;

/** Takes a value into what its field holds: five counts. */
export function learnPlaces(table: SmoothedCounts, event: WebRequest, parameter: WebParameter): void {
  table.add(`holds|${parameterContexts(event, parameter).own}`, placeOf(parameter));
}

/** `unknown`: fewer than ten values were learned. */
export function fieldKind(table: SmoothedCounts, event: WebRequest, parameter: WebParameter): FieldKind {
  const held = table.at('holds', parameterContexts(event, parameter).own);
  const values = held.total - held.count('empty');
  if (values < FEWEST_VALUES) return 'unknown';
  if (held.count('address') + held.count('rooted') >= LINKS_SHARE * values) return 'links';
  return held.count('name') >= NAMES_SHARE * values ? 'names' : 'free';
}

/**
 * Whether the act is a file's name by its scheme, in a field whose values are addresses of something to fetch: a link to
 * preview, a webhook. There that is a request forged by the server, whatever it reads.
 */
export function isFileForAddress(
  table: SmoothedCounts,
  event: WebRequest,
  parameter: WebParameter,
  { kind, tokens }: ValueAct,
): boolean {
  if (kind !== 'traversal' || tokens !== 'scheme of a file') return false;
  const held = table.at('holds', parameterContexts(event, parameter).own);
  const addresses = held.count('address');
  return addresses >= FEWEST_ADDRESSES && addresses >= ADDRESSES_SHARE * held.total;
}

/** In shapes `s` is a blank, `a` letters. */
function placeOf({ shape, length }: WebParameter): 'empty' | 'address' | 'rooted' | 'name' | 'other' {
  if (length === 0) return 'empty';
  if (/^a:\/\//.test(shape)) return 'address';
  if (/^[/\\?#][^s]*$/.test(shape)) return 'rooted';
  // A file of a user's own may have blanks in its name; then its ending tells.
  return /^[^s"'`<>(){}|;$]+$/.test(shape) || /^[^/\\]+\.a9?$/.test(shape) ? 'name' : 'other';
}
