import { OTHER_FINDINGS } from './aggregate.js';
import { MANY } from './atom.js';
import { keepSmallest } from './bounded.js';
export function familyKey(epoch, path) {
    return `${epoch}|${path}`;
}
/** Takes the signal's names in, and says how it is called. */
export function admit(families, epoch, signal, config) {
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
                for (const who of family.principals[dropped] ?? [])
                    addPrincipal(family, others, who, config);
                Reflect.deleteProperty(family.principals, dropped);
                changed = true;
            }
        }
    }
    const called = family.names.includes(name) ? name : nameOf('', '', OTHER_FINDINGS);
    if (signal.principal !== '' && addPrincipal(family, called, signal.principal, config))
        changed = true;
    return { naming: namingIn(family, signal, config), changed };
}
/** How signals of this kind are called, given everything that the epoch has shown so far. */
export function naming(families, epoch, kind, config) {
    const family = families.get(familyKey(epoch, kind.path));
    return family === undefined ? kind : namingIn(family, kind, config);
}
function namingIn(family, kind, config) {
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
function addPrincipal(family, name, principal, config) {
    const principals = (family.principals[name] ??= []);
    const before = principals.length;
    keepSmallest(principals, principal, config.maxPrincipals + 1);
    return before === config.maxPrincipals && principals.length > before;
}
/** A hash first, so that nobody earns a name by choosing how it is spelt. */
function nameOf(level, detector, finding) {
    const text = `${level}|${detector}|${finding}`;
    return `${hash(text)}|${text}`;
}
/** FNV-1a with a final mix, 32 bits, in hex. */
function hash(text) {
    let h = 0x811c9dc5;
    for (let i = 0; i < text.length; i++)
        h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
    h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
    return ((h ^ (h >>> 15)) >>> 0).toString(16).padStart(8, '0');
}
//# sourceMappingURL=families.js.map