import type { ValueAct, WebParameter, WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { parameterContexts } from './web-contexts.js';

/**
 * Fields whose values are addresses of something to fetch: a link to preview, a webhook. What a file's scheme or an inner
 * host means there is a request forged by the server, whatever it reads.
 */
const FEWEST_ADDRESSES = 3;
const LEAST_SHARE = 0.5;

export function learnAddressField(table: SmoothedCounts, event: WebRequest, parameter: WebParameter): void {
  const { own } = parameterContexts(event, parameter);
  table.add(`holds|${own}`, /^a:\/\//.test(parameter.shape) ? 'address' : 'other');
}

/** Whether the act is a file's name by its scheme, in a field that held addresses. */
export function isFileForAddress(
  table: SmoothedCounts,
  event: WebRequest,
  parameter: WebParameter,
  { kind, tokens }: ValueAct,
): boolean {
  if (kind !== 'traversal' || tokens !== 'scheme of a file') return false;
  const held = table.at('holds', parameterContexts(event, parameter).own);
  const addresses = held.count('address');
  return addresses >= FEWEST_ADDRESSES && addresses >= LEAST_SHARE * held.total;
}
