import type { Level } from '@plimsoll/contracts';
import { BUDGET_SHARES, type Budget } from '@plimsoll/detection';

/** False alerts a day that a budget allows to each level of an application, and to weak signs of several together. */
export function allowedAlerts({ falseAlertsPerDay }: Budget): Readonly<Record<Level | 'weak', number>> {
  const of = (part: Level | 'weak'): number => falseAlertsPerDay * BUDGET_SHARES[part];
  return {
    sequence: of('sequence'),
    frequency: of('frequency'),
    log: of('log'),
    process: of('process'),
    weak: of('weak'),
  };
}
