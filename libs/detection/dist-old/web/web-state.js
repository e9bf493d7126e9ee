import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';
import { Minute } from '../chance/minute.js';
/** A request of the session that led, or may have led, to the next. */
const Visit = z.object({ endpoint: z.string(), path: z.string(), timeUs: z.number(), event: z.string() });
/** A response that carried a script which did not belong to its page. */
const Delivery = z.object({
    event: z.string(),
    timeUs: z.number(),
    path: z.string(),
    /** How much the script's novelty speaks for an attack, nats. */
    nats: z.number(),
    parameter: z.string().optional(),
});
/**
 * What one session is remembered by: its last visit, how its client usually fills the headers that tell where a request
 * comes from, and scripts that it was served. Under 4 KiB.
 */
export const WebState = z.object({
    previous: Visit.optional(),
    /** Requests with and without the header, so far. */
    referer: z.object({ sent: z.number(), missing: z.number() }),
    fetchSite: z.object({ sent: z.number(), missing: z.number() }),
    origin: z.object({ sent: z.number(), missing: z.number() }),
    deliveries: z.array(Delivery),
    minute: Minute.optional(),
});
const VERSION = 1;
const MAX_DELIVERIES = 8;
/** What a script does by itself, it does soon: later writes are the user's. */
export const DELIVERY_SPAN_US = 15_000_000;
export function startWebState() {
    return {
        previous: undefined,
        referer: { sent: 0, missing: 0 },
        fetchSite: { sent: 0, missing: 0 },
        origin: { sent: 0, missing: 0 },
        deliveries: [],
        minute: undefined,
    };
}
/** A client's habit with one header, as far as the session has shown it. */
export function habit(header) {
    if (header.sent + header.missing === 0)
        return 'unknown';
    return header.sent > 0 ? 'sends' : 'omits';
}
/** Takes a judged request into the session's memory. */
export function rememberVisit(state, event, endpoint, delivery) {
    if (event.method !== 'OPTIONS') {
        // A visit from another site shows nothing of the client's habits within this one.
        if (event.referer !== undefined && event.referer !== 'foreign' && state.previous !== undefined) {
            count(state.referer, event.referer !== 'absent');
        }
        if (event.fetchSite !== undefined)
            count(state.fetchSite, event.fetchSite !== 'absent');
        if (event.origin !== undefined && isUnsafe(event.method))
            count(state.origin, event.origin !== 'absent' && event.origin !== 'null');
        state.previous = { endpoint, path: event.path, timeUs: event.timeUs, event: event.id };
    }
    state.deliveries = state.deliveries.filter((known) => event.timeUs - known.timeUs <= DELIVERY_SPAN_US);
    if (delivery)
        state.deliveries = [...state.deliveries, delivery].slice(-MAX_DELIVERIES);
}
/** Methods that are there to change something. */
export function isUnsafe(method) {
    return !/^(?:GET|HEAD|OPTIONS|TRACE)$/.test(method);
}
function count(header, sent) {
    if (sent)
        header.sent++;
    else
        header.missing++;
}
export function encodeWebState(state) {
    return Buffer.from(JSON.stringify({ version: VERSION, ...state }));
}
export function decodeWebState(bytes) {
    let value;
    try {
        value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
    }
    catch (cause) {
        throw new PlimsollError('unknown-version', 'the state of a web session is not readable', { cause });
    }
    const parsed = WebState.extend({ version: z.literal(VERSION) }).safeParse(value);
    if (!parsed.success)
        throw new PlimsollError('unknown-version', 'the state of a web session has another form');
    const { previous, referer, fetchSite, origin, deliveries, minute } = parsed.data;
    return { previous, referer, fetchSite, origin, deliveries, minute };
}
/** An observation about an event, in words. */
export function seen(event, kind, observed, expected, score) {
    return {
        kind,
        event: event.id,
        timeUs: event.timeUs,
        observed: observed.slice(0, 2048),
        expected: expected.slice(0, 2048),
        score,
    };
}
//# sourceMappingURL=web-state.js.map