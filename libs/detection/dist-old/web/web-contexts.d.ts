import type { WebParameter, WebRequest } from '@plimsoll/contracts';
/**
 * Names of the contexts that a web profile counts in. Requests of an access log and rebuilt ones are counted apart: one
 * lacks what the other has, and absence would pass for the habit of the clients.
 */
export declare function endpointOf(event: WebRequest): string;
/** The path without a trailing slash, which servers treat alike. */
export declare function pathOf({ path }: WebRequest): string;
/** The context of a parameter at one endpoint, at any, and of all parameters. */
export declare function parameterContexts(event: WebRequest, { where, name }: WebParameter): {
    own: string;
    named: string;
    any: string;
};
/** Lengths by factors of one and a half. */
export declare function lengthStep(length: number): number;
/** Time between two requests by factors of two and a half, milliseconds. */
export declare function gapStep(gapUs: number): number;
export declare function statusClass(status: number): string;
//# sourceMappingURL=web-contexts.d.ts.map