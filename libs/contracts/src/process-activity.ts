import { z } from 'zod';

import { LogEventBase } from './log-event-base.js';
import { SessionBy, WebClient } from './web-request.js';

/**
 * `watched`: a minute in which the trace was read, whatever else it told; `execute`: a program was started; `open`: a file was opened;
 * `connect` and `listen`: an address; `privilege`: a call that changes what a process may do, or reaches into another.
 */
export const ActivityKind = z.enum(['watched', 'execute', 'open', 'connect', 'listen', 'privilege']);
export type ActivityKind = z.infer<typeof ActivityKind>;

/** What a file is to a workload, by its path. */
export const FileClass = z.enum(['secret', 'system', 'code', 'uploads', 'temporary', 'data']);
export type FileClass = z.infer<typeof FileClass>;

/** What in a command line an application seldom writes and an injected command often needs. */
export const CommandMark = z.enum([
  'chained',
  'substitution',
  'redirect',
  'pipe-to-shell',
  'network-device',
  'decoded-text',
  'sensitive-path',
  'inline-code',
]);
export type CommandMark = z.infer<typeof CommandMark>;

const Name = z.string().max(256);

/**
 * What a program of a workload did, from the parameters of its calls. One event stands for one process, target and
 * request; repetitions within a minute are left out. No file's content, no environment; arguments as shapes.
 */
export const ProcessActivity = LogEventBase.extend({
  type: z.literal('process-activity'),
  kind: ActivityKind,
  /** Of `watched`: whether the source shows the parameters of calls. */
  parameters: z.boolean().optional(),
  /** The program that acted, its path without numbers and tokens; empty where it ran before the source began. */
  actor: Name,
  /** The actor accepts connections. */
  serving: z.boolean(),
  /** The program, file, address or call: its template, stable over runs. */
  target: Name,
  failed: z.boolean().optional(),
  /** Of a program: its arguments as shapes; of a shell's command the words and operators, names of files folded. */
  shape: z.string().max(512).optional(),
  /** Programs that a shell's command names, in their order. */
  commands: z.array(z.string().max(64)).max(16).optional(),
  marks: z.array(CommandMark).max(8).optional(),
  file: z.object({ class: FileClass, writes: z.boolean(), climbs: z.boolean() }).optional(),
  address: z.enum(['loopback', 'private', 'metadata', 'public', 'local']).optional(),
  /** The request that the process, or one that it descends from, was serving. */
  request: z
    .object({
      event: z.string().max(512),
      digest: z.string().max(512),
      session: z.string().max(256),
      sessionBy: SessionBy,
      client: WebClient.optional(),
      method: z.string().max(32),
      path: z.string().max(512),
      status: z.number().int(),
    })
    .optional(),
  /**
   * A parameter of the request in what was executed, opened or connected to. `part`: its value is a part of it; `whole`:
   * it is all of it; `code`: it is a part of the value. `syntax`: the value says more than one name (operators, a parent
   * folder, an address).
   */
  tainted: z
    .object({ parameter: z.string().max(128), relation: z.enum(['part', 'whole', 'code']), syntax: z.boolean() })
    .optional(),
  thread: z.number().int(),
  /** The command line, path or address as far as the privacy mode lets it out; secrets removed. */
  text: z.string().max(512).optional(),
});
export type ProcessActivity = z.infer<typeof ProcessActivity>;
