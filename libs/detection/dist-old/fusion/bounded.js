/**
 * Sets and lists of bounded size whose content depends only on what was put in, never on the order: they keep the
 * smallest. Merging two gives the same as putting everything into one, so a state can be built piecewise.
 */
/** Puts `value` into the sorted `list` of at most `limit` different texts, the smallest of all seen. */
export function keepSmallest(list, value, limit) {
    let low = 0;
    let high = list.length;
    while (low < high) {
        const middle = (low + high) >>> 1;
        if (list[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    if (list[low] === value || low >= limit)
        return;
    list.splice(low, 0, value);
    if (list.length > limit)
        list.pop();
}
/** Puts `value` into `list`, sorted by `compare` (a total order), keeping the first `limit`; equals are put in once. */
export function keepFirst(list, value, limit, compare) {
    let at = list.length;
    while (at > 0) {
        const order = compare(list[at - 1], value);
        if (order === 0)
            return;
        if (order < 0)
            break;
        at--;
    }
    if (at >= limit)
        return;
    list.splice(at, 0, value);
    if (list.length > limit)
        list.pop();
}
/** The order of two texts by code units: the same on every machine. */
export function compareText(a, b) {
    return a < b ? -1 : a > b ? 1 : 0;
}
//# sourceMappingURL=bounded.js.map