/**
 * Names of the contexts that a web profile counts in. Requests of an access log and rebuilt ones are counted apart: one
 * lacks what the other has, and absence would pass for the habit of the clients.
 */
export function endpointOf(event) {
    return `${event.method} ${pathOf(event)}`;
}
/** The path without a trailing slash, which servers treat alike. */
export function pathOf({ path }) {
    return path.length > 1 ? path.replace(/\/$/, '') : path;
}
/** The context of a parameter at one endpoint, at any, and of all parameters. */
export function parameterContexts(event, { where, name }) {
    const view = event.view;
    return {
        own: `${view}|${pathOf(event)}|${where}|${name}`,
        named: `${view}|*|${where}|${name}`,
        any: `${view}|*`,
    };
}
/** Lengths by factors of one and a half. */
export function lengthStep(length) {
    return Math.floor(Math.log(length + 1) / Math.log(1.5));
}
/** Time between two requests by factors of two and a half, milliseconds. */
export function gapStep(gapUs) {
    return Math.max(Math.floor(Math.log(Math.max(gapUs, 1_000) / 1_000) / Math.log(2.5)), 0);
}
export function statusClass(status) {
    return `${Math.floor(status / 100)}xx`;
}
//# sourceMappingURL=web-contexts.js.map