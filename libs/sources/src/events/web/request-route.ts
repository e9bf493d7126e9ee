import type { RawParameter } from './raw-parameter.js';

/**
 * Parameters that choose the action where one path serves them all: front controllers of PHP applications (`page`,
 * `action`, `do`, `option`), WordPress's `rest_route`, methods of RPC, GraphQL's operation, Rails's and Laravel's
 * `_method`. A name counts whatever underscores stand around it (Roundcube's `_task`, `_action`).
 */
const CHOOSES =
  /^(?:page|action|act|do|op|operation|operationname|cmd|command|task|mode|route|rest_route|r|module|mod|controller|method|func|function|fn|service|view|option|event|step|tab|sub|section)$/;
/** What programs are called by; a value that a person typed, or one that injects something, is no name of an action. */
const NAME = /^[A-Za-z][\w.:/-]{0,63}$/;
const RPC_NAME = /^\/?[A-Za-z][\w.:/-]{0,63}$/;
const MAX_ROUTES = 4;

export interface RequestRoute {
  readonly route: string | undefined;
  /** What the parameters hold; of an operation of GraphQL, its name or first field alone. */
  readonly values: readonly string[];
}

/** What a request's parameters say of the action, as `name=value` in the order of the names; undefined where none does. */
export function requestRoute(parameters: readonly RawParameter[]): RequestRoute {
  const found = new Map<string, string>();
  for (const { where, name, value } of parameters) {
    if (where !== 'query' && where !== 'body') continue;
    const plain = name.replace(/^_+|_+$/g, '').toLowerCase();
    if (found.has(plain) || found.size >= MAX_ROUTES) continue;
    if (CHOOSES.test(plain) && (plain === 'rest_route' ? RPC_NAME : NAME).test(value)) found.set(plain, value);
    else if (plain === 'query' && where === 'body') {
      const operation = graphqlOperation(value);
      if (operation !== undefined) found.set('operation', operation);
    }
  }
  if (found.size === 0) return { route: undefined, values: [] };
  const named = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    route: named
      .map(([name, value]) => `${name}=${value}`)
      .join('&')
      .slice(0, 256),
    // A script may leave the kind of an operation out, or write it apart from the name.
    values: [...found].map(([name, value]) => (name === 'operation' ? value.replace(/^\w+ /, '') : value)),
  };
}

/** `mutation addItem`, by the operation's name, or its first field where it has none. */
function graphqlOperation(text: string): string | undefined {
  const match = /^\s*(query|mutation|subscription)?\s*([A-Za-z_]\w{0,63})?[^{]{0,512}\{\s*([A-Za-z_]\w{0,63})/.exec(
    text.slice(0, 1024),
  );
  if (match === null) return undefined;
  const [, kind = 'query', name, field] = match;
  return `${kind} ${name ?? field ?? ''}`;
}
