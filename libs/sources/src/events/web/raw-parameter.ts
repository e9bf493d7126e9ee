/** One parameter with its value, decoded once as its place asks for; the name as it was sent. */
export interface RawParameter {
  readonly where: 'query' | 'body' | 'path' | 'cookie' | 'header' | 'name';
  readonly name: string;
  readonly value: string;
}

/** Parameters of one request that are looked at; servers stop at 1,000 or so (PHP, Tomcat, Django, Node's qs). */
const MAX_FOUND = 4_096;
/** Longest value that is looked at. */
const MAX_VALUE = 65_536;

/** The parameters of one request as they are found; says where there was more than is kept. */
export class ParameterList {
  readonly found: RawParameter[] = [];
  /** A parameter was left out, or a value cut. */
  overflowed = false;

  get full(): boolean {
    return this.found.length >= MAX_FOUND;
  }

  add(where: RawParameter['where'], name: string, value: string): void {
    if (this.full || value.length > MAX_VALUE) this.overflowed = true;
    if (!this.full) this.found.push({ where, name, value: value.slice(0, MAX_VALUE) });
  }
}
