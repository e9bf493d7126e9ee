import type { K8sAuditEvent } from '@plimsoll/contracts';
import type { TableName } from './model.js';
import type { Place } from './novelty-table.js';
/** One categorical observation of a request, in the contexts it is judged in, finest first. */
export interface Observation {
    readonly table: TableName;
    readonly places: readonly Place[];
}
/**
 * What is learned of a request: what is asked, where, of which object, with which answer, by which binding, from where.
 * Contexts go from the user to users of like name to the kind of identity, so that a new replica or node is judged as
 * its kin. The kind of identity counts what its members do in relation to themselves, never a name.
 */
export declare function observationsOf(event: K8sAuditEvent): Observation[];
/** Where an account's tokens are used that belong to no pod: a controller's, or one that somebody minted. */
export declare function podlessNetwork(event: K8sAuditEvent): Observation | undefined;
/** Where pods of a node have their addresses: learned once for each token, judged where no kubelet told the address. */
export declare function nodeNetwork(event: K8sAuditEvent): Observation | undefined;
/** The same for a node that nobody has seen: the wide network of all pods. */
export declare function podNetwork(event: K8sAuditEvent): Observation | undefined;
//# sourceMappingURL=observations.d.ts.map