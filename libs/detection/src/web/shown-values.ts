import type { WebParameter, WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { pathOf, pathWithoutSlash } from './web-contexts.js';

/**
 * How pages show what fields held: as it was sent, or encoded for markup. Pages are made by programs, which do it every
 * time or never: a field that was seen encoded a few times and never raw is no place for scripts, whatever people write
 * there. A page that shows it raw and that nobody visited in learning is missed; what a script then does is not.
 */
const LEAST_OF_FIELD = 3;
/** Of fields of that name at any path, where this one's was shown too seldom. */
const LEAST_OF_NAME = 5;

export function learnShown(table: SmoothedCounts, event: WebRequest): void {
  for (const { path, route, where, name, encoded } of event.shown ?? []) {
    const how = encoded ? 'encoded' : 'raw';
    table.add(contextOfField(pathWithoutSlash(path), route, where, name), how);
    table.add(contextOfField('*', undefined, where, name), how);
  }
}

/** Whether pages only ever showed this field's values encoded. */
export function isShownEncoded(table: SmoothedCounts, event: WebRequest, { where, name }: WebParameter): boolean {
  const own = contextOfField(pathOf(event), event.route, where, name);
  if (table.count(own, 'raw') > 0) return false;
  if (table.count(own, 'encoded') >= LEAST_OF_FIELD) return true;
  const named = contextOfField('*', undefined, where, name);
  return table.count(named, 'raw') === 0 && table.count(named, 'encoded') >= LEAST_OF_NAME;
}

/** One path may serve many actions, each with fields of its own. */
function contextOfField(path: string, route: string | undefined, where: WebParameter['where'], name: string): string {
  return `shown|${path}|${route === undefined ? '' : `${route}|`}${where}|${name}`;
}
