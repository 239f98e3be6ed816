import { join, resolve } from 'node:path';

/** What the environment says, checked at start; a class, so that it can be injected. Every variable is in docs/operations.md. */
export abstract class Config {
  readonly host!: string;
  readonly port!: number;
  /** Begins every link in mails and QR codes; never taken from a request. No trailing slash. */
  readonly publicUrl!: string;
  readonly dataFolder!: string;
  readonly eventStoreUrl?: string;
  readonly mongoUrl?: string;
  readonly smtpUrl?: string;
  readonly mailFrom!: string;
  /** 32 bytes each, oldest first; without them the embedded store keeps one in its data folder. */
  readonly masterKeys?: readonly Buffer[];
  readonly logLevel!: string;
  readonly signUp!: 'open' | 'closed';
  /** A demo network with believable history, and the mailbox page open to its employees. */
  readonly demo!: boolean;
  /** How many proxies of ours a request comes through: so many entries at the end of X-Forwarded-For are theirs to tell. */
  readonly trustedProxies!: number;
  /** Bearer token for /metrics; without it metrics answer to loopback only. */
  readonly metricsToken?: string;
  /** A collector of OpenTelemetry that takes OTLP over HTTP; without it nothing is traced. No trailing slash. */
  readonly tracesUrl?: string;
  /** Webhooks may be called over http and in private networks; for development. */
  readonly outgoingPrivate!: boolean;
  /** How long the API access log is kept. */
  readonly apiLogDays!: number;
}

/** The same token for those who import the type only: `@Inject(CONFIG) config: Config`. */
export const CONFIG = Config;

export class ConfigError extends Error {
  constructor(readonly sentences: readonly string[]) {
    super(sentences.join('\n'));
    this.name = 'ConfigError';
  }
}

type Environment = Readonly<Record<string, string | undefined>>;
type Complain = (sentence: string) => undefined;

/** @throws ConfigError with a sentence for each variable that is wrong: which it is and what it should look like */
export function readConfig(env: Environment): Config {
  const sentences: string[] = [];
  const complain: Complain = (sentence) => void sentences.push(sentence);
  const port = wholeNumber(env, 'PORT', 3000, 65_535, complain);
  const config: Config = {
    host: env.HOST ?? '0.0.0.0',
    port,
    publicUrl: (url(env, 'PUBLIC_URL', ['http:', 'https:'], 'https://gifts.example.com', complain) ?? `http://localhost:${port}`).replace(
      /\/+$/,
      '',
    ),
    dataFolder: resolve(env.DATA_DIR ?? join(process.cwd(), 'data')),
    eventStoreUrl: url(env, 'EVENTSTORE_URL', ['esdb:', 'esdb+discover:'], 'esdb://127.0.0.1:2113?tls=false', complain),
    mongoUrl: url(env, 'MONGODB_URL', ['mongodb:', 'mongodb+srv:'], 'mongodb://127.0.0.1:27017/largesse', complain),
    smtpUrl: url(env, 'SMTP_URL', ['smtp:', 'smtps:'], 'smtps://user:password@mail.example.com', complain),
    mailFrom: env.MAIL_FROM ?? 'gifts@localhost',
    masterKeys: masterKeys(env, complain),
    logLevel: oneOf(env, 'LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'info', complain),
    signUp: oneOf(env, 'SIGN_UP', ['open', 'closed'], 'open', complain) as Config['signUp'],
    demo: oneOf(env, 'DEMO', ['1', '0'], '0', complain) === '1',
    trustedProxies: wholeNumber(env, 'TRUST_PROXY', 0, 10, complain),
    metricsToken: env.METRICS_TOKEN || undefined,
    tracesUrl: url(env, 'OTEL_EXPORTER_OTLP_ENDPOINT', ['http:', 'https:'], 'http://127.0.0.1:4318', complain)?.replace(/\/+$/, ''),
    outgoingPrivate: oneOf(env, 'OUTGOING_PRIVATE', ['1', '0'], '0', complain) === '1',
    apiLogDays: wholeNumber(env, 'API_LOG_DAYS', 90, 3650, complain),
  };
  if (!config.masterKeys && config.mongoUrl) {
    complain('MASTER_KEY is missing. With MONGODB_URL it must be set: 32 bytes in base64, made with `openssl rand -base64 32`.');
  }
  if (sentences.length > 0) throw new ConfigError(sentences);
  return config;
}

function wholeNumber(env: Environment, name: string, standard: number, most: number, complain: Complain): number {
  const text = env[name];
  if (text === undefined || text === '') return standard;
  if (/^\d+$/.test(text) && Number(text) <= most) return Number(text);
  complain(`${name} is "${text}". It should be a whole number from 0 to ${most}, such as ${standard}.`);
  return standard;
}

function url(env: Environment, name: string, protocols: readonly string[], example: string, complain: Complain): string | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  const protocol = /^([a-z+]+:)\/\/[^/]/.exec(text)?.[1];
  if (protocol && protocols.includes(protocol)) return text;
  return complain(`${name} is not an address that can be used. It should look like ${example}.`);
}

function oneOf(env: Environment, name: string, choices: readonly string[], standard: string, complain: Complain): string {
  const text = env[name] ?? standard;
  if (!choices.includes(text)) complain(`${name} is "${text}". It should be one of ${choices.join(', ')}.`);
  return text;
}

/** Several, with commas: the newest, at the end, is the one that new things are made with. */
function masterKeys(env: Environment, complain: Complain): readonly Buffer[] | undefined {
  if (!env.MASTER_KEY) return undefined;
  const keys = env.MASTER_KEY.split(',').map((text) => Buffer.from(text.trim(), 'base64'));
  if (keys.some(({ length }) => length !== 32))
    return complain('MASTER_KEY is not 32 bytes in base64 (several: oldest first, with commas). Make one with `openssl rand -base64 32`.');
  if (new Set(keys.map(String)).size < keys.length) return complain('MASTER_KEY names one key twice. Each version is a key of its own.');
  return keys;
}
