import { emptySum, mergeSum } from './aggregate.js';
import { keepSmallest } from './bounded.js';
/** The principal of a finding that many share. */
export const MANY = '*';
const MAX_LINKS = 32;
export function atomKey(kind, bucket) {
    return JSON.stringify([bucket, kind.path, kind.level, kind.detector, kind.finding, kind.workload, kind.principal]);
}
export function emptyAtom(kind, bucket) {
    const { path, level, detector, finding, workload, principal } = kind;
    return {
        key: atomKey(kind, bucket),
        path,
        level,
        detector,
        finding,
        workload,
        principal,
        bucket,
        fromUs: Number.MAX_SAFE_INTEGER,
        toUs: 0,
        links: [],
        ids: new Set(),
        sum: emptySum(),
        pending: [],
        incidents: [],
    };
}
/** Adds what `from` holds to `to`, after the finding of `from.sum` has been given the name that `to` has. */
export function absorbAtom(to, from, sum, evidencePerFinding) {
    to.fromUs = Math.min(to.fromUs, from.fromUs);
    to.toUs = Math.max(to.toUs, from.toUs);
    addLinks(to, from.links);
    for (const id of from.ids)
        to.ids.add(id);
    mergeSum(to.sum, sum, evidencePerFinding);
    to.pending.push(...from.pending);
    to.incidents = [...new Set([...to.incidents, ...from.incidents])].sort();
}
/** Whether a link was new: only then can it change what belongs together. */
export function addLinks(atom, links) {
    const before = atom.links.join('\n');
    for (const link of links)
        keepSmallest(atom.links, link, MAX_LINKS);
    return links.length > 0 && atom.links.join('\n') !== before;
}
//# sourceMappingURL=atom.js.map