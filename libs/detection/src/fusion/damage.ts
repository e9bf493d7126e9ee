import type { Verdict } from '@plimsoll/contracts';

import { keepSmallest } from './bounded.js';

/** What signals say an incident did. Adding and merging do not depend on the order. */
export interface Damage {
  /** Highest severity of what was seen to happen; 0 where nothing was. */
  seen: number;
  /** Highest severity among estimates. */
  estimated: number;
  /** Columns that were written, over all statements. */
  columns: string[];
}

/** Columns told apart: more make no higher severity. */
const MAX_COLUMNS = 16;

export function noDamage(): Damage {
  return { seen: 0, estimated: 0, columns: [] };
}

export function addDamage(damage: Damage, severity: number, impact: Verdict['impact']): void {
  if (impact === undefined) damage.estimated = Math.max(damage.estimated, severity);
  else damage.seen = Math.max(damage.seen, severity);
  for (const column of impact?.columns ?? []) keepSmallest(damage.columns, column, MAX_COLUMNS);
}

export function mergeDamage(damage: Damage, other: Damage): void {
  damage.seen = Math.max(damage.seen, other.seen);
  damage.estimated = Math.max(damage.estimated, other.estimated);
  for (const column of other.columns) keepSmallest(damage.columns, column, MAX_COLUMNS);
}

/**
 * Severity 1–6 of an incident. What was seen to happen counts, and an estimate only where nothing was. An attack that
 * alters one field with each request has altered all of them together: 6 is six columns or more.
 */
export function severityOf({ seen, estimated, columns }: Damage): number {
  return seen > 0 ? Math.min(6, Math.max(seen, columns.length)) : Math.max(1, estimated);
}
