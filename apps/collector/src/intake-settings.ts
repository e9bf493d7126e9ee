import { PlimsollError } from '@plimsoll/contracts';
import { flag, given, section, wholeNumber, type Section } from '@plimsoll/service-kit';
import { z } from 'zod';

import type { IntakeServerOptions } from './intake/http/intake-server.js';
import { parseIntakeTokens, type IntakeToken } from './intake/http/intake-tokens.js';

/** Live intake: what the collector follows, attaches to, and is sent. */
export interface IntakeSettings {
  /** Where the spool and the positions in files are kept; undefined without live intake. */
  readonly stateFolder?: string;
  readonly spoolBytes: number;
  /** The file that names what is watched. */
  readonly targetsPath?: string;
  /** The server that sources push to. */
  readonly server?: IntakeServerOptions;
  /** Whose the events are that the audit webhook brings. */
  readonly cluster: { readonly application: string; readonly name: string };
}

/** The API server sends at most about 12 MiB at a time. */
const MAX_BODY_BYTES = 16 * 1_048_576;

const name = z.string().max(200);

export const intakeSettings: Section<IntakeSettings> = section(
  {
    PLIMSOLL_STATE_DIR: z.string().max(4_096).optional(),
    PLIMSOLL_SPOOL_BYTES: wholeNumber(1_048_576, 1_099_511_627_776).default(268_435_456),
    PLIMSOLL_TARGETS_PATH: z.string().max(4_096).optional(),
    PLIMSOLL_INTAKE_HOST: z.string().max(255).default('0.0.0.0'),
    PLIMSOLL_INTAKE_PORT: wholeNumber(0, 65_535).optional(),
    PLIMSOLL_INTAKE_TOKEN: z
      .string()
      .regex(/^[\x21-\x7e]{16,4096}$/, { error: 'must be 16 or more visible characters without spaces' })
      .optional(),
    PLIMSOLL_INTAKE_TOKENS: z.string().transform(tokensIn).optional(),
    PLIMSOLL_INTAKE_ANONYMOUS: flag.optional(),
    PLIMSOLL_INTAKE_TLS_CERT: z.string().optional(),
    PLIMSOLL_INTAKE_TLS_KEY: z.string().optional(),
    PLIMSOLL_INTAKE_TLS_CLIENT_CA: z.string().optional(),
    PLIMSOLL_CLUSTER_APPLICATION: name.default('cluster'),
    PLIMSOLL_CLUSTER_NAME: name.default('cluster'),
  },
  (values): IntakeSettings => ({
    spoolBytes: values.PLIMSOLL_SPOOL_BYTES,
    cluster: { application: values.PLIMSOLL_CLUSTER_APPLICATION, name: values.PLIMSOLL_CLUSTER_NAME },
    ...given({ stateFolder: values.PLIMSOLL_STATE_DIR, targetsPath: values.PLIMSOLL_TARGETS_PATH }),
    ...(values.PLIMSOLL_INTAKE_PORT !== undefined && {
      server: {
        host: values.PLIMSOLL_INTAKE_HOST,
        port: values.PLIMSOLL_INTAKE_PORT,
        maxBodyBytes: MAX_BODY_BYTES,
        ...given({
          bearerToken: values.PLIMSOLL_INTAKE_TOKEN,
          boundTokens: values.PLIMSOLL_INTAKE_TOKENS,
          allowAnonymous: values.PLIMSOLL_INTAKE_ANONYMOUS,
        }),
        ...tlsOf(values.PLIMSOLL_INTAKE_TLS_CERT, values.PLIMSOLL_INTAKE_TLS_KEY, values.PLIMSOLL_INTAKE_TLS_CLIENT_CA),
      },
    }),
  }),
  [
    {
      path: 'PLIMSOLL_STATE_DIR',
      message: 'is missing: live intake keeps its spool and its positions in files there',
      holds: (names) =>
        names.has('PLIMSOLL_STATE_DIR') || (!names.has('PLIMSOLL_TARGETS_PATH') && !names.has('PLIMSOLL_INTAKE_PORT')),
    },
    {
      path: 'PLIMSOLL_INTAKE_PORT',
      message:
        'needs PLIMSOLL_INTAKE_TOKEN, PLIMSOLL_INTAKE_TOKENS or PLIMSOLL_INTAKE_TLS_CLIENT_CA (or PLIMSOLL_INTAKE_ANONYMOUS=true)',
      holds: (names) =>
        !names.has('PLIMSOLL_INTAKE_PORT') ||
        ['TOKEN', 'TOKENS', 'TLS_CLIENT_CA', 'ANONYMOUS'].some((one) => names.has(`PLIMSOLL_INTAKE_${one}`)),
    },
    {
      path: 'PLIMSOLL_INTAKE_TLS_CERT',
      message: 'certificate and key go together, and an authority of clients needs both',
      holds: (names) => {
        const both = names.has('PLIMSOLL_INTAKE_TLS_CERT') && names.has('PLIMSOLL_INTAKE_TLS_KEY');
        const any = [...names].some((one) => one.startsWith('PLIMSOLL_INTAKE_TLS_'));
        return both || !any;
      },
    },
  ],
);

function tokensIn(text: string, context: z.RefinementCtx): readonly IntakeToken[] {
  try {
    return parseIntakeTokens(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof PlimsollError ? error.message : 'cannot be read' });
    return z.NEVER;
  }
}

function tlsOf(
  cert: string | undefined,
  key: string | undefined,
  clientCa: string | undefined,
): Pick<IntakeServerOptions, 'tls'> {
  return cert === undefined || key === undefined ? {} : { tls: { cert, key, ...given({ clientCa }) } };
}
