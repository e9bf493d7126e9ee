import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';
import { Minute } from '../chance/minute.js';
/** What one connection is remembered by: how many of its statements were learned ones, and the open minute. Under 1 KiB. */
export const SqlState = z.object({
    known: z.number().int().nonnegative(),
    unknown: z.number().int().nonnegative(),
    minute: Minute.optional(),
});
const VERSION = 1;
export function startSqlState() {
    return { known: 0, unknown: 0, minute: undefined };
}
export function encodeSqlState(state) {
    return Buffer.from(JSON.stringify({ version: VERSION, ...state }));
}
export function decodeSqlState(bytes) {
    let value;
    try {
        value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
    }
    catch (cause) {
        throw new PlimsollError('unknown-version', 'the state of a database connection is not readable', { cause });
    }
    const parsed = SqlState.extend({ version: z.literal(VERSION) }).safeParse(value);
    if (!parsed.success)
        throw new PlimsollError('unknown-version', 'the state of a database connection has another form');
    const { known, unknown, minute } = parsed.data;
    return { known, unknown, minute };
}
//# sourceMappingURL=sql-state.js.map