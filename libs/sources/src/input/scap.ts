/** Whether a file begins like one of libscap's captures: a section header of pcapng's form. */
export function isScap(bytes: Uint8Array): boolean {
  return bytes[0] === 0x0a && bytes[1] === 0x0d && bytes[2] === 0x0d && bytes[3] === 0x0a;
}

/** Only libscap itself reads its captures whole: sysdig tells their events as JSON. */
export function scapReader(path: string): string[] {
  return ['sysdig', '-r', path, '-j', '-pc'];
}
