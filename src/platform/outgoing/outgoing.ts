import { Inject, Injectable } from '@nestjs/common';
import { type Span, SpanKind } from '@opentelemetry/api';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Rejection } from '../../kernel/rejection';
import { CONFIG, type Config } from '../config';
import { Tracing } from '../telemetry/tracing';
import { HostNames } from './host-names';
import { isPublicAddress } from './public-address';

/** Why there was no answer that counts. */
export type OutgoingProblem = 'late' | 'unknown-host' | 'not-public' | 'unreachable' | 'tls' | 'too-large' | 'broken';

export class OutgoingFailure extends Error {
  constructor(
    readonly problem: OutgoingProblem,
    /** Milliseconds until it failed. */
    readonly took: number,
    cause?: unknown,
  ) {
    super(problem, { cause });
    this.name = 'OutgoingFailure';
  }
}

export interface OutgoingRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Bytes of the answer's body. */
  readonly most: number;
  /** What becomes of a longer answer: it counts as none, or it is cut. */
  readonly beyond: 'fail' | 'cut';
}

export interface OutgoingAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly took: number;
}

/** For everything together: name, connection, answer. */
export const OUTGOING_TIMEOUT_MS = 3_000;
const LONGEST_URL = 1_000;
/** What speaks other protocols by custom; browsers refuse to call these too (Fetch standard, "bad port"). */
const badPorts = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

/**
 * The one way out to addresses that people typed in (webhooks). Only https, only the public internet: the name is resolved once, every
 * address that it has must be public, and the connection goes to one of those and no other, so that a name which changes its mind in
 * between leads nowhere (DNS rebinding). No redirection is followed, no proxy asked, no cookie kept, and three seconds are all there is.
 * `OUTGOING_PRIVATE=1` lets http and private addresses through, for development.
 */
@Injectable()
export class Outgoing {
  private readonly lenient: boolean;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly names: HostNames,
    private readonly tracing: Tracing = Tracing.off,
  ) {
    this.lenient = config.outgoingPrivate;
  }

  /**
   * The address as it will be called, when somebody saves it.
   * @throws Rejection `address-unusable`, `address-not-https`, `address-not-public`, `address-unknown`
   */
  async accept(text: string): Promise<string> {
    const url = this.read(text);
    const addresses = await within(this.names.resolve(bare(url)), OUTGOING_TIMEOUT_MS).catch(() => []);
    if (addresses.length === 0) throw new Rejection('address-unknown', { host: url.hostname });
    if (!this.allowed(addresses)) throw new Rejection('address-not-public', { host: url.hostname });
    return url.href;
  }

  /** @throws OutgoingFailure when there is no answer that counts */
  send(asked: OutgoingRequest): Promise<OutgoingAnswer> {
    const about = { 'http.request.method': asked.method };
    return this.tracing.span(`${asked.method} outside`, about, (span) => this.answered(asked, span), SpanKind.CLIENT);
  }

  private async answered(asked: OutgoingRequest, span?: Span): Promise<OutgoingAnswer> {
    const started = performance.now();
    const took = (): number => Math.round(performance.now() - started);
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(), OUTGOING_TIMEOUT_MS);
    try {
      const url = this.readAgain(asked.url);
      const addresses = await within(this.names.resolve(bare(url)), OUTGOING_TIMEOUT_MS);
      if (addresses.length === 0) throw new OutgoingFailure('unknown-host', took());
      if (!this.allowed(addresses)) throw new OutgoingFailure('not-public', took());
      const response = await this.connect(url, addresses, asked, ending.signal);
      const body = await bodyOf(response, asked);
      span?.setAttribute('http.response.status_code', response.statusCode ?? 0);
      return { status: response.statusCode ?? 0, headers: plain(response), body, took: took() };
    } catch (error) {
      const problem = ending.signal.aborted ? 'late' : problemOf(error);
      span?.setAttribute('error.type', problem);
      throw new OutgoingFailure(problem, took(), error);
    } finally {
      clearTimeout(timer);
      ending.abort();
    }
  }

  private read(text: string): URL {
    const url = text.length <= LONGEST_URL && URL.canParse(text) ? new URL(text) : undefined;
    if (!url || url.username !== '' || url.password !== '' || !['http:', 'https:'].includes(url.protocol))
      throw new Rejection('address-unusable');
    url.hash = '';
    if (this.lenient) return url;
    if (url.protocol !== 'https:') throw new Rejection('address-not-https');
    const port = url.port === '' ? 443 : Number(url.port);
    if (port !== 443 && (port < 1024 || badPorts.has(port))) throw new Rejection('address-unusable');
    return url;
  }

  /** What was saved once may have been saved under another configuration. */
  private readAgain(text: string): URL {
    try {
      return this.read(text);
    } catch (error) {
      throw new OutgoingFailure('not-public', 0, error);
    }
  }

  private allowed(addresses: readonly string[]): boolean {
    return this.lenient || addresses.every(isPublicAddress);
  }

  private connect(url: URL, addresses: readonly string[], asked: OutgoingRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const { method, headers, body } = asked;
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const options: RequestOptions = {
      method,
      headers: { ...headers, ...length, 'accept-encoding': 'identity', connection: 'close' },
      agent: false,
      lookup: pinnedTo(addresses),
      maxHeaderSize: 16_384,
      signal,
    };
    return new Promise((resolve, reject) => {
      const sent = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, resolve);
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

/** The name as a resolver takes it: an IPv6 literal without its brackets. */
const bare = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');

/** Answers what was checked, whatever is asked. Node does not ask for a literal address; that one was checked as it stands. */
function pinnedTo(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_name, { all: every }, done) => {
    if (every) return done(null, all);
    done(null, all[0]!.address, all[0]!.family);
  };
}

async function bodyOf(response: IncomingMessage, { most, beyond }: OutgoingRequest): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response) {
    pieces.push(piece as Buffer);
    bytes += (piece as Buffer).length;
    if (bytes > most && beyond === 'fail') throw new OutgoingFailure('too-large', 0);
    if (bytes >= most) break;
  }
  return Buffer.concat(pieces).subarray(0, most);
}

function plain({ headers }: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]));
}

function problemOf(error: unknown): OutgoingProblem {
  if (error instanceof OutgoingFailure) return error.problem;
  const code = (error as { code?: string }).code ?? '';
  if (code === 'LATE') return 'late';
  if (/CERT|SSL|TLS|ALTNAME|SELF_SIGNED|UNABLE_TO/.test(code)) return 'tls';
  if (/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ETIMEDOUT|ECONNRESET|EPIPE)$/.test(code)) return 'unreachable';
  return 'broken';
}

/** A promise that can't be stopped, waited for no longer than this. */
async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('Too late'), { code: 'LATE' })), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
