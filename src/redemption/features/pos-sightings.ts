import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Instant } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import { Clock } from '../../platform/clock';
import { ReadStore } from '../../platform/read-store/read-store';
import type { SeenTender, TillKind } from '../../network';

const DAY = 86_400_000;
const PAYMENTS = 'pos-sightings';
const TILLS = 'pos-till-health';
const NOTICES = 'pos-notices';
const KEPT = 14 * DAY;
/** Senders give up within 24 hours (Square) or a few days (Standard Webhooks); repeats are harmless anyway. */
const NOTICE_KEPT = 4 * DAY;
export const MOST_SHOWN = 30;

/** What a payment that a till told of came to; each has a sentence, `redemption.tills.verdict.…`. */
export const verdicts = [
  'waiting',
  'repeat',
  'amended',
  'voided',
  'out-of-date',
  'used-already',
  'not-finished',
  'other-tender',
  'other-currency',
  'amount-unusable',
  'payment-differs',
  'location-not-open',
  'unknown-place',
] as const;
export type Verdict = (typeof verdicts)[number];

/** A payment as a till last told of it, matched or not: for the people who set the till up. No names, no cards. */
export interface Sighting {
  readonly network: string;
  readonly locationId: string;
  /** Absent for what came with an API key. */
  readonly tillId?: string;
  readonly kind: TillKind;
  readonly externalId: string;
  readonly amount?: Money;
  readonly tender: SeenTender;
  readonly verdict: Verdict;
  readonly takenAt?: Instant;
  readonly seenAt: Instant;
}

/** Why a notice of a till was turned away; each has a sentence, `redemption.tills.problem.…`. */
export type TillProblem =
  'not-signed' | 'wrong-signature' | 'too-old' | 'unreadable' | 'no-secret' | 'token-refused' | 'till-unreachable' | 'no-token';

export interface TillHealth {
  readonly network: string;
  readonly lastHeardAt?: Instant;
  readonly problem?: TillProblem;
  readonly problemAt?: Instant;
  /** Clover's, when its webhook is set up: to be typed into its dashboard. */
  readonly verificationCode?: string;
  readonly verificationAt?: Instant;
  /** Up to where the till maker's list of payments was read: milliseconds. */
  readonly caughtUpTo?: number;
}

/** What people see of their tills beside the payments: what was told last, and what went wrong. Plain documents that expire. */
@Injectable()
export class PosSightings implements OnModuleInit {
  constructor(
    private readonly store: ReadStore,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.store.ensureCollection({ name: PAYMENTS, indexes: [['network', 'locationId', '-seenAt']] });
    await this.store.ensureCollection({ name: TILLS, indexes: [] });
    await this.store.ensureCollection({ name: NOTICES, indexes: [] });
  }

  async enter(sighting: Omit<Sighting, 'seenAt'>): Promise<void> {
    const key = [sighting.tillId ?? `api:${sighting.locationId}`, sighting.externalId].join(':');
    await this.store.put(PAYMENTS, key, { ...sighting, seenAt: this.clock.now() }, { expiresAt: this.clock.millis() + KEPT });
  }

  /** The newest of a location's, newest first. */
  async latest(network: string, locationId: string): Promise<readonly Sighting[]> {
    const found = await this.store.list<Sighting>(PAYMENTS, {
      filter: { network, locationId },
      sort: ['-seenAt', '_id'],
      limit: MOST_SHOWN,
    });
    return found.map(({ doc }) => doc);
  }

  async health(tillId: string): Promise<TillHealth | undefined> {
    return (await this.store.fetch<TillHealth>(TILLS, tillId))?.doc;
  }

  /** A notice that could be trusted came in; what was wrong before is mended. */
  heard(network: string, tillId: string): Promise<void> {
    return this.change(network, tillId, { lastHeardAt: this.clock.now(), problem: undefined, problemAt: undefined });
  }

  problem(network: string, tillId: string, problem: TillProblem): Promise<void> {
    return this.change(network, tillId, { problem, problemAt: this.clock.now() });
  }

  /** The till maker's API answered. */
  answered(network: string, tillId: string, caughtUpTo: number): Promise<void> {
    return this.change(network, tillId, { caughtUpTo, problem: undefined, problemAt: undefined });
  }

  verification(network: string, tillId: string, verificationCode: string): Promise<void> {
    return this.change(network, tillId, { verificationCode, verificationAt: this.clock.now() });
  }

  /** Whether this notice was dealt with before. It is only to spare work: dealing with one twice changes nothing. */
  async known(tillId: string, noticeId: string): Promise<boolean> {
    return (await this.store.fetch(NOTICES, `${tillId}:${noticeId}`)) !== undefined;
  }

  async dealtWith(tillId: string, noticeId: string): Promise<void> {
    await this.store.putIfAbsent(NOTICES, `${tillId}:${noticeId}`, {}, { expiresAt: this.clock.millis() + NOTICE_KEPT });
  }

  private async change(network: string, tillId: string, changes: Partial<TillHealth>): Promise<void> {
    for (;;) {
      const found = await this.store.fetch<TillHealth>(TILLS, tillId);
      const doc: TillHealth = { network, ...found?.doc, ...changes };
      const done = found
        ? await this.store.compareAndSet(TILLS, tillId, found.revision, doc)
        : await this.store.putIfAbsent(TILLS, tillId, doc);
      if (done) return;
    }
  }
}
