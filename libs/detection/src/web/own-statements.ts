import type { IssuedStatement, WebRequest } from '@plimsoll/contracts';

/** A statement less certain than this may be another request's. */
const CERTAIN = 0.5;

/** The statements that were more likely sent for this request than for any other. */
export function ownStatements({ statements }: WebRequest): IssuedStatement[] {
  return statements.length === 0 ? statements : statements.filter(({ certainty = 1 }) => certainty >= CERTAIN);
}
