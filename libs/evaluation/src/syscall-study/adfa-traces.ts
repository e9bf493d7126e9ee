import { join } from 'node:path';

import { readTraces, type Trace } from './trace.js';

export const WHERE = { application: 'study', workload: 'adfa-ld' };

/** The three parts of ADFA-LD under `root`. A benign trace's group is its part, an attack's its family. */
export async function adfaTraces(
  root: string,
  signal?: AbortSignal,
): Promise<{ training: Trace[]; validation: Trace[]; attack: Trace[] }> {
  const read = (folder: string, label: Trace['label']): Promise<Trace[]> =>
    readTraces(
      join(root, folder),
      'adfa-ld',
      (_, file) => ({ label, group: label === 'benign' ? folder : familyOf(file) }),
      signal,
    );
  return {
    training: await read('Training_Data_Master', 'benign'),
    validation: await read('Validation_Data_Master', 'benign'),
    attack: await read('Attack_Data_Master', 'attack'),
  };
}

/** `Hydra_FTP_6/UAD-…` is of the family Hydra_FTP. */
function familyOf(file: string): string {
  return (file.split('/').at(-2) ?? '').replace(/_\d+$/, '');
}
