import { type K8sAuditEvent, type LogGap } from '@plimsoll/contracts';
import type { Detector } from '../detector.js';
import { type K8sModel } from './model.js';
import { type K8sState } from './state.js';
export declare const K8S_AUDIT = "k8s-audit";
/**
 * Scores are sums of p-values' logarithms, so whatever a short calibration says, fewer nats than this are no alarm, and
 * more nats than the ceiling are one: a tail fitted to a few hundred requests is not to be believed a thousandfold beyond.
 */
export declare const FLOOR_NATS = 10;
export declare const CEILING_NATS = 14;
/** Judges the requests of one user of a cluster. See docs/detection-kubernetes.md. */
export declare const k8sAuditDetector: Detector<K8sAuditEvent | LogGap, K8sState, K8sModel>;
//# sourceMappingURL=k8s-audit-detector.d.ts.map