const DAY_US = 86_400_000_000;
/** Streams whose span is kept apart; further ones are added to the sum when they begin anew. */
const MAX_OPEN = 4096;
/** How much event time was learned from, over all streams: what makes 'windows a day' out of a number of windows. */
export class LearnedTime {
    #spans = new Map();
    #closedUs = 0;
    add(batch) {
        const endUs = batch.baseTimeUs + (batch.count > 0 ? batch.offsetsUs[batch.count - 1] : 0);
        const span = this.#spans.get(batch.stream);
        if (span)
            span.endUs = Math.max(span.endUs, endUs);
        else
            this.#spans.set(batch.stream, { startUs: batch.baseTimeUs, endUs });
        for (const [stream, { startUs, endUs: end }] of this.#spans) {
            if (this.#spans.size <= MAX_OPEN)
                break;
            this.#closedUs += end - startUs;
            this.#spans.delete(stream);
        }
    }
    /** `windows` of the whole time, scaled to a day; never under one. */
    perDay(windows) {
        let us = this.#closedUs;
        for (const { startUs, endUs } of this.#spans.values())
            us += endUs - startUs;
        return us <= 0 ? Math.max(windows, 1) : Math.max((windows * DAY_US) / us, 1);
    }
}
//# sourceMappingURL=learned-time.js.map