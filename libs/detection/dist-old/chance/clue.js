const MOST_NATS = 14;
const LEAST_NATS = -4;
/** log(under attack / benign), bounded so that no single observation decides for ever. */
export function nats(underAttack, benign) {
    return Math.min(Math.max(Math.log(underAttack / benign), LEAST_NATS), MOST_NATS);
}
/** Of several clues that may tell of one fact, the one that says most, for or against; the others at `share` of their weight. */
export function overlapping(clues, share) {
    const sorted = [...clues].sort((a, b) => Math.abs(b.nats) - Math.abs(a.nats));
    return sorted.map((clue, i) => (i === 0 ? clue : { ...clue, nats: clue.nats * share }));
}
export function sum(clues) {
    return clues.reduce((total, clue) => total + clue.nats, 0);
}
//# sourceMappingURL=clue.js.map