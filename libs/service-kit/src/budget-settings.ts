import { positiveNumber, section } from './settings.js';

/** False alerts a day and application that the user allows: every threshold follows from it. */
export const budgetSettings = section(
  { PLIMSOLL_FALSE_ALERTS_PER_DAY: positiveNumber(100_000).default(1) },
  (given) => ({ falseAlertsPerDay: given.PLIMSOLL_FALSE_ALERTS_PER_DAY }),
);
