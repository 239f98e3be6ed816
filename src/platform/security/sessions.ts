import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '../clock';
import { Config } from '../config';
import { Ids } from '../ids';
import { ReadStore } from '../read-store/read-store';
import { Vault } from './vault';

const COLLECTION = 'sessions';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A shift without a click, and a week in all. A half-open session (password given, second factor not) lives ten minutes. */
const IDLE = 8 * HOUR;
const ABSOLUTE = 7 * 24 * HOUR;
const HALF_OPEN = 10 * MINUTE;
const SEEN_EVERY = 5 * MINUTE;

/** How far a sign-in has come: only `full` counts as signed in. */
export type Stage = 'full' | 'second-factor' | 'enrolment';

export interface Session {
  readonly network: string;
  readonly employeeId: string;
  readonly stage: Stage;
  /** Milliseconds since the epoch, as are `seenAt` and `endsAt`. */
  readonly openedAt: number;
  readonly seenAt: number;
  /** Whatever happens in it, it ends then. */
  readonly endsAt: number;
  /** What the browser calls itself, cut short, so that people recognise their sessions. */
  readonly device: string;
}

export interface KeyedSession extends Session {
  /** Hash of the cookie: names the session in lists, opens nothing. */
  readonly key: string;
}

type Cookies = { cookies?: Record<string, string | undefined> };
type SetsCookies = FastifyReply & {
  setCookie(name: string, value: string, options: object): unknown;
  clearCookie(name: string, options: object): unknown;
};

/**
 * Sessions of people, ours from end to end: 160 random bits in a cookie, only their keyed hash in the store, a new key at each step
 * of signing in and when a password changes. What somebody may do is no part of a session: it is asked at each request.
 */
@Injectable()
export class Sessions implements OnModuleInit {
  private readonly secure: boolean;
  private readonly cookie: string;

  constructor(
    private readonly store: ReadStore,
    private readonly vault: Vault,
    private readonly ids: Ids,
    private readonly clock: Clock,
    config: Config,
  ) {
    this.secure = config.publicUrl.startsWith('https:');
    this.cookie = this.secure ? '__Host-session' : 'session';
  }

  async onModuleInit(): Promise<void> {
    await this.store.ensureCollection({ name: COLLECTION, indexes: [['employeeId']] });
  }

  /** Opens a session and ends the one that the request came with, so that a key known before is worth nothing after. */
  async open(request: FastifyRequest, reply: FastifyReply, who: Pick<Session, 'network' | 'employeeId' | 'stage'>): Promise<void> {
    const now = this.clock.millis();
    const secret = this.ids.secret(32);
    const endsAt = now + (who.stage === 'full' ? ABSOLUTE : HALF_OPEN);
    const device = (request.headers['user-agent'] ?? '').slice(0, 200);
    const { network, employeeId, stage } = who;
    const session: Session = { network, employeeId, stage, openedAt: now, seenAt: now, endsAt, device };
    const former = this.keyOf(request);
    await this.store.put(COLLECTION, this.vault.hash('session', secret), session, { expiresAt: expiryOf(session) });
    if (former) await this.store.remove(COLLECTION, former);
    (reply as SetsCookies).setCookie(this.cookie, secret, { ...this.options(), ...(stage === 'full' ? { maxAge: ABSOLUTE / 1000 } : {}) });
  }

  /** The session that a request comes with, if it still lives. */
  async of(request: FastifyRequest): Promise<KeyedSession | undefined> {
    const key = this.keyOf(request);
    if (!key) return undefined;
    const found = await this.store.fetch<Session>(COLLECTION, key);
    const now = this.clock.millis();
    if (!found || expiryOf(found.doc) <= now) return undefined;
    if (now - found.doc.seenAt > SEEN_EVERY) await this.seen(key, found.revision, { ...found.doc, seenAt: now });
    return { key, ...found.doc };
  }

  async close(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const key = this.keyOf(request);
    if (key) await this.store.remove(COLLECTION, key);
    (reply as SetsCookies).clearCookie(this.cookie, this.options());
  }

  /** The full sessions of somebody, last used first. */
  async list(employeeId: string): Promise<readonly KeyedSession[]> {
    const now = this.clock.millis();
    const found = await this.store.list<Session>(COLLECTION, { filter: { employeeId, stage: 'full' }, limit: 100 });
    return found
      .filter(({ doc }) => expiryOf(doc) > now)
      .map(({ key, doc }) => ({ key, ...doc }))
      .sort((a, b) => b.seenAt - a.seenAt);
  }

  /** Ends one of somebody's own sessions; another's is left alone. */
  async revoke(employeeId: string, key: string): Promise<void> {
    const found = await this.store.fetch<Session>(COLLECTION, key);
    if (found?.doc.employeeId === employeeId) await this.store.remove(COLLECTION, key);
  }

  /** Ends all of somebody's sessions: after a password change or reset, a lost second factor, a disabling. */
  async revokeAll(employeeId: string): Promise<void> {
    await this.store.removeWhere(COLLECTION, { employeeId });
  }

  /** Compare-and-set, so that noticing a session never brings back one that was just ended. */
  private async seen(key: string, revision: number, session: Session): Promise<void> {
    await this.store.compareAndSet(COLLECTION, key, revision, session, { expiresAt: expiryOf(session) });
  }

  private keyOf(request: FastifyRequest): string | undefined {
    const secret = (request as Cookies).cookies?.[this.cookie];
    return secret && secret.length <= 64 ? this.vault.hash('session', secret) : undefined;
  }

  private options(): object {
    return { path: '/', httpOnly: true, sameSite: 'lax', secure: this.secure };
  }
}

const expiryOf = ({ seenAt, endsAt }: Session): number => Math.min(seenAt + IDLE, endsAt);
