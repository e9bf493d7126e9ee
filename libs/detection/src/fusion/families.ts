import type { AttackPath } from '@plimsoll/contracts';

import { OTHER_FINDINGS } from './aggregate.js';
import { MANY } from './atom.js';
import { keepSmallest } from './bounded.js';
import type { FusionConfig } from './fusion-config.js';
import type { Signal } from './signal.js';

/**
 * What was told apart within one epoch (a `gapUs` of event time) and path: findings, and the principals of each.
 * An attacker chooses both, so both are bounded: of the findings those with the smallest hash keep their name, the
 * others become 'other findings'; a finding of too many principals becomes one of 'many'. Either way nothing is lost,
 * it is only told apart less, and the outcome depends on the set of verdicts, not on who came first.
 */
export interface Family {
  /** `hash|level|detector|finding`, the smallest first. */
  names: string[];
  /** By name: who showed it, sorted; more than allowed means 'many'. */
  principals: Record<string, string[]>;
}

/** How a signal is called in its epoch. */
export interface Naming {
  readonly finding: string;
  readonly principal: string;
}

/** What changed for signals taken earlier in the same epoch and path: atoms with old names must take new ones. */
export interface Renaming {
  readonly naming: Naming;
  readonly changed: boolean;
}

export type Families = Map<string, Family>;

function familyKey(epoch: number, path: AttackPath): string {
  return `${epoch}|${path}`;
}

/** Takes the signal's names in, and says how it is called. */
export function admit(families: Families, epoch: number, signal: Signal, config: FusionConfig): Renaming {
  const key = familyKey(epoch, signal.path);
  let family = families.get(key);
  if (family === undefined) {
    family = { names: [], principals: {} };
    families.set(key, family);
  }
  const name = nameOf(signal.level, signal.detector, signal.finding);
  let changed = false;
  if (!family.names.includes(name)) {
    const dropped = family.names.length >= config.maxFindings ? family.names.at(-1) : undefined;
    keepSmallest(family.names, name, config.maxFindings);
    if (dropped !== undefined) {
      if (!family.names.includes(dropped)) {
        // Who showed the dropped finding counts for the others from now on.
        const others = nameOf('', '', OTHER_FINDINGS);
        for (const who of family.principals[dropped] ?? []) addPrincipal(family, others, who, config);
        Reflect.deleteProperty(family.principals, dropped);
        changed = true;
      }
    }
  }
  const called = family.names.includes(name) ? name : nameOf('', '', OTHER_FINDINGS);
  if (signal.principal !== '' && addPrincipal(family, called, signal.principal, config)) changed = true;
  return { naming: namingIn(family, signal, config), changed };
}

/** How signals of this kind are called, given everything that the epoch has shown so far. */
export function naming(
  families: Families,
  epoch: number,
  kind: Pick<Signal, 'path' | 'level' | 'detector' | 'finding' | 'principal'>,
  config: FusionConfig,
): Naming {
  const family = families.get(familyKey(epoch, kind.path));
  return family === undefined ? kind : namingIn(family, kind, config);
}

function namingIn(
  family: Family,
  kind: Pick<Signal, 'level' | 'detector' | 'finding' | 'principal'>,
  config: FusionConfig,
): Naming {
  const name = nameOf(kind.level, kind.detector, kind.finding);
  const known = kind.finding !== OTHER_FINDINGS && family.names.includes(name);
  const called = known ? name : nameOf('', '', OTHER_FINDINGS);
  const many = (family.principals[called]?.length ?? 0) > config.maxPrincipals;
  return {
    finding: known ? kind.finding : OTHER_FINDINGS,
    principal: kind.principal !== '' && many ? MANY : kind.principal,
  };
}

/** Whether this principal made them too many just now. */
function addPrincipal(family: Family, name: string, principal: string, config: FusionConfig): boolean {
  const principals = (family.principals[name] ??= []);
  const before = principals.length;
  keepSmallest(principals, principal, config.maxPrincipals + 1);
  return before === config.maxPrincipals && principals.length > before;
}

/** A hash first, so that nobody earns a name by choosing how it is spelt. */
function nameOf(level: string, detector: string, finding: string): string {
  const text = `${level}|${detector}|${finding}`;
  return `${hash(text)}|${text}`;
}

/** FNV-1a with a final mix, 32 bits, in hex. */
function hash(text: string): string {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0).toString(16).padStart(8, '0');
}
