import { emptySum, LEVELS, mergeSum } from './aggregate.js';
import { compareText } from './bounded.js';
import { harmonicMeanP } from './combine.js';
import { coverageOf } from './coverage.js';
import { severityOf } from './damage.js';
import { compareEvidence } from './signal.js';
/** The incident that a group of atoms makes: a function of the group and of what is known of who watched. */
export function incidentOf(application, group, coverage, config) {
    const sum = sumOf(group, config);
    const levels = LEVELS.map((level) => levelReport(level, sum, coverage));
    const judging = levels.filter(({ judged }) => judged > 0);
    const pValue = harmonicMeanP(judging.map((level) => level.pValue));
    const findings = Object.values(sum.findings).sort((a, b) => a.minP - b.minP || compareText(findingKey(a), findingKey(b)));
    return {
        id: group.id,
        application,
        kind: group.kind,
        path: group.kind.path,
        firstUs: sum.firstUs,
        lastUs: sum.lastUs,
        severity: severityOf(sum.damage),
        impact: { seen: sum.damage.seen > 0, columns: sum.damage.columns },
        confidence: confidenceOf(group.kind.path, levels, sum),
        pValue,
        verdicts: sum.count,
        anomalous: sum.anomalous,
        levels,
        findings: findings.map(({ level, detector, finding, count, firstUs, lastUs, minP }) => ({
            level,
            detector,
            finding,
            count,
            firstUs,
            lastUs,
            minP,
        })),
        workloads: sum.workloads,
        containers: sum.containers,
        principals: sum.principals,
        cwe: sum.cwe,
        techniques: sum.techniques,
        evidence: turns(findings, config.evidencePerAlert),
    };
}
export function sumOf(group, config) {
    const sum = emptySum();
    for (const carry of group.carries)
        mergeSum(sum, carry.sum, config.evidencePerFinding);
    for (const atom of group.atoms)
        mergeSum(sum, atom.sum, config.evidencePerFinding);
    return sum;
}
function levelReport(level, sum, coverage) {
    const windows = coverageOf(coverage, level, sum.firstUs, sum.lastUs);
    const own = sum.levels[level];
    const judged = (own?.count ?? 0) + windows.normal;
    if (own !== undefined) {
        // The harmonic mean over every window judged in the time: an unremarkable one counts as p = 1.
        const pValue = Math.min(1, judged / (own.reciprocals + windows.normal));
        return {
            level,
            state: own.anomalous > 0 ? 'anomalous' : 'weak',
            pValue,
            minP: own.minP,
            maxScore: own.maxScore,
            anomalous: own.anomalous,
            judged,
            profiles: own.profiles,
        };
    }
    return { level, state: silentState(windows), pValue: 1, minP: 1, maxScore: 0, anomalous: 0, judged, profiles: [] };
}
function silentState(windows) {
    if (windows.normal > 0)
        return 'normal';
    for (const state of ['gap', 'insufficient', 'warming'])
        if (windows[state] > 0)
            return state;
    return 'absent';
}
/** High: two levels fired. Medium: one did, and knows the path or did so repeatedly. Low: anything else. */
function confidenceOf(path, levels, sum) {
    const fired = levels.filter(({ state }) => state === 'anomalous').length;
    if (fired >= 2)
        return 3;
    return fired === 1 && (path !== 'unknown' || sum.anomalous > 2) ? 2 : 1;
}
/** The best of every finding, then the second best of every finding, and so on. */
function turns(findings, limit) {
    const picked = [];
    for (let turn = 0; picked.length < limit; turn++) {
        const round = findings.flatMap(({ top }) => top.slice(turn, turn + 1)).sort(compareEvidence);
        if (round.length === 0)
            break;
        picked.push(...round.slice(0, limit - picked.length));
    }
    return picked.sort((a, b) => a.timeUs - b.timeUs || compareEvidence(a, b));
}
function findingKey(finding) {
    return `${finding.level}|${finding.detector}|${finding.finding}`;
}
//# sourceMappingURL=incident.js.map