import { type Level } from '@plimsoll/contracts';
/** What fusion may be told; every time is event time in microseconds. */
export interface FusionConfig {
    /** Verdicts of one kind are kept together for this long; divides `gapUs`. */
    readonly bucketUs: number;
    /** An incident ends when nothing was added for this long. */
    readonly gapUs: number;
    /**
     * How far a verdict may lie behind the newest that the application has shown. Up to here the order of arrival
     * changes nothing; beyond it the verdict is refused as late. It delays an incident's close, never its creation.
     */
    readonly graceUs: number;
    /** Two levels speak of the same thing when their times overlap, each widened by this. */
    readonly slackUs: number;
    /** How much of a long window, counted back from its end, can overlap with another level's finding. */
    readonly lookbackUs: number;
    /** Principals of one finding within one `gapUs`; with more, they become one incident of many principals. */
    readonly maxPrincipals: number;
    /** Findings told apart for one path within one `gapUs`; with more, the rest are 'other findings'. */
    readonly maxFindings: number;
    /** Most buckets kept for one application; beyond it new ones join the nearest, and that is counted. */
    readonly maxAtoms: number;
    /** Evidences of one verdict that are published, the strongest first. */
    readonly evidencePerVerdict: number;
    /** Evidences of one level and finding that stay with the incident. */
    readonly evidencePerFinding: number;
    readonly evidencePerAlert: number;
    /** Revisions of an incident in one minute before evidence is gathered to `evidencePerAlert` a revision. */
    readonly revisionsPerMinute: number;
    readonly falseAlertsPerDay: number;
    /** The part of the budget for incidents in which no level alone was anomalous. */
    readonly weakShare: number;
    /** A verdict that is not anomalous counts as a weak sign up to here. */
    readonly weakPValue: number;
    /** Windows that a level judges in a minute of one application, at most, as the weak signs' threshold assumes. */
    readonly windowsPerMinute: Readonly<Record<Level, number>>;
}
export declare const DEFAULT_FUSION: FusionConfig;
/** The configuration with what is given put in. Throws `bad-configuration` with every problem at once. */
export declare function fusionConfig(given?: Partial<FusionConfig>): FusionConfig;
//# sourceMappingURL=fusion-config.d.ts.map