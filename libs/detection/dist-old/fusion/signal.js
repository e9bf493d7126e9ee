import { compareText, keepFirst } from './bounded.js';
/** Longest text of an observation or expectation that an incident keeps. */
const MAX_WORDS = 512;
/** Evidences of one verdict closer than this are one observation: a burst of calls is not four events. */
const SAME_MOMENT_US = 100_000;
/** The signal in a verdict, or undefined where the verdict says nothing: not judged, or neither anomalous nor weak. */
export function signalOf(verdict, config) {
    const anomalous = verdict.state === 'anomalous';
    if (!anomalous && !(verdict.state === 'normal' && verdict.pValue <= config.weakPValue))
        return undefined;
    const principal = principalOf(verdict.joins);
    const evidence = strongest(verdict, principal, config.evidencePerVerdict);
    const { startUs, endUs } = verdict.window;
    // A window may be long where a container is quiet: it is placed near its end, when it could be judged at all.
    const timeUs = Math.max(evidence[0]?.timeUs ?? endUs, endUs - config.lookbackUs);
    return {
        id: verdict.id,
        path: verdict.path,
        finding: verdict.finding,
        level: verdict.level,
        detector: verdict.detector,
        workload: verdict.workload,
        container: verdict.container,
        profile: `${verdict.detector}@${verdict.profileVersion}`,
        principal,
        links: linksOf(verdict),
        timeUs,
        fromUs: Math.min(timeUs, Math.max(startUs, endUs - config.lookbackUs, timeUs - config.lookbackUs)),
        toUs: Math.max(timeUs, Math.min(endUs, timeUs + config.lookbackUs)),
        pValue: verdict.pValue,
        score: verdict.score,
        anomalous,
        severity: verdict.severity,
        impact: verdict.impact,
        cwe: verdict.cwe,
        techniques: verdict.techniques,
        evidence,
    };
}
/** The order of evidences: the most surprising verdict first, then the strongest observation, then time and identity. */
export function compareEvidence(a, b) {
    return (a.pValue - b.pValue ||
        b.score - a.score ||
        a.timeUs - b.timeUs ||
        compareText(a.event, b.event) ||
        compareText(a.kind, b.kind) ||
        compareText(a.verdict, b.verdict));
}
/** Who is behind it, the steadiest identity first: a user keeps the name while sessions and tokens change. */
function principalOf(joins) {
    if (joins.user !== undefined)
        return `user:${joins.user}`;
    if (joins.session !== undefined)
        return `session:${joins.session}`;
    if (joins.credential !== undefined)
        return `credential:${joins.credential}`;
    return '';
}
function linksOf({ joins, container }) {
    const links = [];
    if (joins.request !== undefined)
        links.push(`request:${joins.request}`);
    if (joins.connection !== undefined)
        links.push(`connection:${joins.connection}`);
    if (joins.thread !== undefined && joins.thread !== 0)
        links.push(`thread:${container}:${joins.thread}`);
    return links;
}
function strongest(verdict, principal, limit) {
    const { level, detector, finding, workload, container, profileVersion, pValue, severity } = verdict;
    const origin = {
        verdict: verdict.id,
        level,
        detector,
        finding,
        workload,
        container,
        profileVersion,
        pValue,
        severity,
    };
    const sorted = [];
    for (const evidence of verdict.evidence) {
        const words = { observed: clipped(evidence.observed), expected: clipped(evidence.expected) };
        keepFirst(sorted, { ...evidence, ...words, ...origin, principal }, verdict.evidence.length, compareEvidence);
    }
    const kept = [];
    for (const evidence of sorted) {
        if (kept.length === limit)
            break;
        if (kept.every((k) => Math.abs(k.timeUs - evidence.timeUs) > SAME_MOMENT_US))
            kept.push(evidence);
    }
    return kept.length > 0 ? kept : [windowEvidence(verdict, origin, principal)];
}
/** A verdict without evidence of its own still says when and how strange. */
function windowEvidence(verdict, origin, principal) {
    return {
        kind: 'window',
        event: `${verdict.stream}:${verdict.window.startUs}-${verdict.window.endUs}`.slice(-512),
        timeUs: verdict.window.endUs,
        observed: `score ${verdict.score} over ${verdict.count} events`,
        expected: `a benign window scores this high with probability ${verdict.pValue}`,
        score: verdict.score,
        ...origin,
        principal,
    };
}
/** The text, cut between two characters where it is too long. */
function clipped(text) {
    if (text.length <= MAX_WORDS)
        return text;
    const last = text.charCodeAt(MAX_WORDS - 2);
    const inPair = last >= 0xd800 && last <= 0xdbff;
    return `${text.slice(0, inPair ? MAX_WORDS - 2 : MAX_WORDS - 1)}…`;
}
//# sourceMappingURL=signal.js.map