/** Names under which the module gives its parts to the controllers. */
export const API_ACCESS = Symbol('api access');
export const API_PARTS = Symbol('api parts');
