import { PlimsollError, type Coverage, type ShadowCoverage, type VerdictMessage } from '@plimsoll/contracts';
import type { Detector } from '@plimsoll/detection';

/** The versions that score one workload: the active one, whose verdicts count, and one in shadow. */
export interface ModelPair<Model> {
  readonly active: Model | undefined;
  readonly shadow: { readonly version: string; readonly model: Model } | undefined;
}

/** What one key remembers of each of them. */
export interface PairState<State> {
  active: State;
  shadow: ShadowState<State> | undefined;
}

interface ShadowState<State> {
  readonly version: string;
  readonly state: State;
  /** Since the last coverage record of the active version. */
  made: ShadowCoverage;
}

/** First byte of a state with a shadow; no detector's own state begins with it. */
const WITH_SHADOW = 0xf0;

/**
 * A detector whose active version may have another beside it. The shadow's verdicts are never published: what it made of
 * the windows goes along with the coverage of the active version. Without a shadow, states and messages are the
 * detector's own to the byte.
 */
export class ScoringPair<Input, State, Model> {
  readonly #detector: Detector<Input, State, Model>;

  constructor(detector: Detector<Input, State, Model>) {
    this.#detector = detector;
  }

  start(): PairState<State> {
    return { active: this.#detector.start(), shadow: undefined };
  }

  step(state: PairState<State>, input: Input, { active, shadow }: ModelPair<Model>): readonly VerdictMessage[] {
    if (shadow === undefined) {
      state.shadow = undefined;
      return this.#detector.step(state.active, input, active);
    }
    if (state.shadow?.version !== shadow.version) {
      const made = nothingMade(shadow.version);
      state.shadow = { version: shadow.version, state: this.#detector.beside(state.active), made };
    }
    const verdicts = this.#detector.step(state.active, input, active);
    count(state.shadow.made, verdicts, this.#detector.step(state.shadow.state, input, shadow.model));
    return withShadow(verdicts, state.shadow);
  }

  encode({ active, shadow }: PairState<State>): Uint8Array {
    const own = this.#detector.encode(active);
    if (shadow === undefined) return own;
    const text = Buffer.from(JSON.stringify({ version: shadow.version, made: shadow.made }));
    const head = Buffer.alloc(9);
    head.writeUInt8(WITH_SHADOW);
    head.writeUInt32LE(own.byteLength, 1);
    head.writeUInt32LE(text.byteLength, 5);
    return Buffer.concat([head, own, text, this.#detector.encode(shadow.state)]);
  }

  decode(bytes: Uint8Array): PairState<State> {
    if (bytes[0] !== WITH_SHADOW) return { active: this.#detector.decode(bytes), shadow: undefined };
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (buffer.length < 9) throw new PlimsollError('bad-message', 'a state with a shadow is cut');
    const textAt = 9 + buffer.readUInt32LE(1);
    const stateAt = textAt + buffer.readUInt32LE(5);
    // Our own bytes from `encode`: what Redis holds of this key, written by the owner of the partition.
    const { version, made } = JSON.parse(buffer.toString('utf8', textAt, stateAt)) as Omit<ShadowState<State>, 'state'>;
    return {
      active: this.#detector.decode(bytes.subarray(9, textAt)),
      shadow: { version, made, state: this.#detector.decode(bytes.subarray(stateAt)) },
    };
  }
}

function nothingMade(profileVersion: string): ShadowCoverage {
  return { profileVersion, windows: {}, both: 0 };
}

/** Adds what the shadow's own messages say. Windows are the same ones where both versions cut them alike. */
function count(made: ShadowCoverage, active: readonly VerdictMessage[], shadow: readonly VerdictMessage[]): void {
  const found = anomalies(active);
  for (const window of anomalies(shadow)) if (found.has(window)) made.both += 1;
  for (const message of shadow) {
    if (message.type !== 'coverage') continue;
    for (const [state, windows] of Object.entries(message.windows) as [keyof Coverage['windows'], number][]) {
      made.windows[state] = (made.windows[state] ?? 0) + windows;
    }
    const { pValues } = message;
    if (pValues === undefined) continue;
    const bins = pValues.bins.map((windows, i) => windows + (made.pValues?.bins[i] ?? 0));
    made.pValues = { ...pValues, bins };
  }
}

function anomalies(messages: readonly VerdictMessage[]): Set<string> {
  const found = new Set<string>();
  for (const message of messages) {
    if (message.type === 'verdict' && message.state === 'anomalous') {
      found.add(`${message.window.startUs} ${message.window.endUs}`);
    }
  }
  return found;
}

/** The first coverage takes along what the shadow made so far. */
function withShadow<State>(verdicts: readonly VerdictMessage[], shadow: ShadowState<State>): readonly VerdictMessage[] {
  const at = verdicts.findIndex(({ type }) => type === 'coverage');
  if (at === -1 || (Object.keys(shadow.made.windows).length === 0 && shadow.made.both === 0)) return verdicts;
  const { made } = shadow;
  shadow.made = nothingMade(shadow.version);
  return verdicts.map((message, i) => (i === at ? { ...message, shadow: made } : message));
}
