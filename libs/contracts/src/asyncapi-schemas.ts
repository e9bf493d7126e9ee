import { z } from 'zod';

import { AlertHeaders } from './alert-headers.js';
import { Alert } from './alert.js';
import { DeadLetter } from './dead-letter.js';
import { IncidentSnapshot } from './incident-snapshot.js';
import { LogEvent } from './log-event.js';
import { ProfileChangeRecord } from './profile-change.js';
import { ProfileReport, ProfilesMessage } from './profile-report.js';
import { ProfileFile } from './profile.js';
import { Recording } from './recording.js';
import { Progress, VerdictsRecord } from './progress.js';
import { WatchEvent } from './watch-event.js';

/** A JSON Schema as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const PUBLISHED = {
  verdict: [
    VerdictsRecord,
    'A record of `verdicts`: one verdict, a minute of unremarkable ones, or how far a detector has come',
  ],
  alert: [Alert, 'A record of `alerts`: an OCSF 1.8.0 Detection Finding as Plimsoll writes it'],
  'watch-event': [
    WatchEvent,
    'A record of `alerts` of another kind: a watch that was lost or regained, an OCSF 1.8.0 Event Log Activity',
  ],
  'alert-headers': [AlertHeaders, 'Headers of a record of `alerts`: CloudEvents 1.0, Kafka binary mode'],
  incident: [IncidentSnapshot, 'A record of `incidents`: one incident with its evidence and decisions'],
  'log-event': [LogEvent, 'A record of `logs`: one normalised event, secrets removed'],
  progress: [Progress, 'A record of `syscalls` or `logs` with the header plimsoll-progress: how far a source has come'],
  'profiles-message': [ProfilesMessage, 'A record of `profiles`: a change of what is active, or a report'],
  'profile-change': [ProfileChangeRecord, 'A record of `profiles`: which versions are active'],
  'profile-report': [ProfileReport, 'A record of `profiles`: how a profile fits what is seen live'],
  'dead-letter': [DeadLetter, 'A record of `dead-letters`: what could not be used, and why'],
  profile: [ProfileFile, 'A profile as a file'],
  recording: [Recording, '`recording.json`'],
} as const;

export type PublishedName = keyof typeof PUBLISHED;

/**
 * The JSON Schema (draft 7, which AsyncAPI reads without a plug-in) of everything that leaves Plimsoll as JSON, by the
 * name of its file under `schemas/`. Made from the schemas that the decoders use: they cannot say different things.
 */
export function publishedSchemas(): Readonly<Record<PublishedName, JsonSchema>> {
  const entries = Object.entries(PUBLISHED).map(([name, [schema, description]]) => {
    const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any' });
    return [name, { $schema, title: name, description, ...rest }];
  });
  // One entry for each name of PUBLISHED, which fromEntries cannot express.
  return Object.fromEntries(entries) as Record<PublishedName, JsonSchema>;
}
