import type { WebParameter, WebRequest } from '@plimsoll/contracts';
/** A request for tests; what is not given is what an ordinary page view has. */
export declare function request(parts: Partial<WebRequest> & {
    readonly atMs: number;
    readonly who?: string;
}): WebRequest;
/** A parameter of a form; what is not given is what a plain word has. */
export declare function parameter(parts: Partial<WebParameter> & {
    readonly name: string;
}): WebParameter;
/** A visit of one user: the start page, the form, and, `ms` later, the form sent. */
export declare function visit(atMs: number, who: string, parameters: WebParameter[], ms?: number): WebRequest[];
//# sourceMappingURL=web.fixture.d.ts.map