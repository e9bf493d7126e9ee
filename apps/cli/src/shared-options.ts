import { REFUSED_AT_MOST } from '@plimsoll/sources';
import { InvalidArgumentError, Option } from 'commander';

/** The share of a source that may be refused, given as a percentage. */
export function maxRefusedOption(): Option {
  return new Option(
    '--max-refused <PERCENT>',
    'share of a source that may be refused, being of no form that is read, before that is an error',
  )
    .argParser((text) => {
      const percent = Number(text);
      if (!(percent >= 0 && percent <= 100)) throw new InvalidArgumentError('a number from 0 to 100');
      return percent / 100;
    })
    .default(REFUSED_AT_MOST, String(100 * REFUSED_AT_MOST));
}

/** What of the sources' values is kept; detection works alike in all three. */
export function privacyOption(): Option {
  return new Option('--privacy <MODE>', 'what of values leaves the source')
    .choices(['strict', 'balanced', 'full'])
    .default('balanced');
}

/** The one setting of sensitivity. */
export function budgetOption(): Option {
  return new Option('--false-alerts-per-day <N>', 'false alerts a day and application that you allow')
    .argParser(positive)
    .default(DEFAULT_FALSE_ALERTS_PER_DAY);
}

/** Where the console is served on this machine. */
export function portOption(): Option {
  return new Option('--port <N>', 'where the console is served, at 127.0.0.1; 0 takes a free port')
    .argParser((text) => {
      const port = Number(text);
      if (!Number.isInteger(port) || port < 0 || port > 65_535) {
        throw new InvalidArgumentError('a whole number from 0 to 65535');
      }
      return port;
    })
    .default(8085);
}

const DEFAULT_FALSE_ALERTS_PER_DAY = 1;

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('a number above 0');
  return value;
}

/** Gathers an option that may be given several times. */
export function collected(value: string, before: string[]): string[] {
  return [...before, value];
}
