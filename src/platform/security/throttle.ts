import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Rejection } from '../../kernel/rejection';
import { Clock } from '../clock';
import { EventStore } from '../event-store/event-store';
import { ReadStore } from '../read-store/read-store';
import { Vault } from './vault';

const COLLECTION = 'throttle';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A bucket of wrong tries that refills evenly: `most` at once, all of them again after `refill` milliseconds. */
interface Bucket {
  readonly by: readonly ('ip' | 'account' | 'card' | 'location' | 'network')[];
  readonly most: number;
  readonly refill: number;
}

/**
 * What may be got wrong how often. Right tries are given back, so a busy shop behind one address is not locked out by working. An
 * account has a small bucket for each place and a larger one in all: a stranger elsewhere can't easily keep its owner out.
 */
const buckets = {
  'sign-in': [
    { by: ['ip'], most: 60, refill: 15 * MINUTE },
    { by: ['ip', 'account'], most: 10, refill: 15 * MINUTE },
    { by: ['account'], most: 100, refill: HOUR },
  ],
  'second-factor': [
    { by: ['account'], most: 6, refill: 15 * MINUTE },
    { by: ['ip'], most: 60, refill: 15 * MINUTE },
  ],
  'password-reset': [
    { by: ['ip'], most: 20, refill: HOUR },
    { by: ['account'], most: 3, refill: HOUR },
  ],
  'sign-up': [{ by: ['ip'], most: 10, refill: HOUR }],
  link: [{ by: ['ip'], most: 60, refill: 15 * MINUTE }],
  'card-code': [
    { by: ['ip'], most: 30, refill: 15 * MINUTE },
    { by: ['account'], most: 60, refill: 15 * MINUTE },
    { by: ['card'], most: 20, refill: HOUR },
  ],
  // A clerk mistypes now and then, in every shop of a network and often behind one address: only the device's bucket is small.
  'counter-code': [
    { by: ['account'], most: 20, refill: 10 * MINUTE },
    { by: ['ip'], most: 120, refill: 15 * MINUTE },
    { by: ['network'], most: 1_000, refill: 15 * MINUTE },
  ],
  // Ten slips in a row are honest; ten thousand tries at four digits take a patient thief months, from all devices of a shop together.
  'clerk-pin': [
    { by: ['account'], most: 10, refill: 10 * MINUTE },
    { by: ['location'], most: 150, refill: 24 * HOUR },
  ],
  /** Notices of tills: far more than a busy shop sends, and a till maker sends for many shops from few addresses. */
  notice: [{ by: ['account'], most: 600, refill: MINUTE }],
  'notice-signature': [
    { by: ['ip', 'account'], most: 60, refill: 15 * MINUTE },
    { by: ['account'], most: 300, refill: 15 * MINUTE },
  ],
  'api-key': [{ by: ['ip'], most: 120, refill: 10 * MINUTE }],
} as const satisfies Record<string, readonly Bucket[]>;

export type Throttled = keyof typeof buckets;

/** Where a try comes from and what it is about. Only what is given is counted. */
export interface Places {
  readonly ip?: string;
  /** An employee's id or what was typed as one; an API key's or a device's id. */
  readonly account?: string;
  readonly card?: string;
  readonly location?: string;
  readonly network?: string;
}

/** A try that was taken out of its buckets. */
export interface Try {
  /** The secret was right: the try counts for nothing. */
  giveBack(): Promise<void>;
}

interface Level {
  /** Tries taken and not yet refilled, a fraction between whole ones. */
  readonly used: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

interface Drawn {
  readonly key: string;
  readonly bucket: Bucket;
}

const MOST_KEPT = 50_000;
const CONTENDED = 20;

/** Limits on guessing secrets. A try is taken before the secret is looked at, so that a burst in parallel counts whole. */
@Injectable()
export class Throttle implements OnModuleInit {
  private readonly levels = new Map<string, Level>();

  constructor(
    private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly store: ReadStore,
    private readonly events: EventStore,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.store.ensureCollection({ name: COLLECTION, indexes: [] });
  }

  /** @throws Rejection `too-many-requests` with `retryAfterSeconds`, when one of the buckets is empty; nothing is taken then. */
  async take(what: Throttled, places: Places): Promise<Try> {
    const drawn: Drawn[] = [];
    for (const bucket of buckets[what] as readonly Bucket[]) {
      const key = this.keyOf(what, bucket, places);
      if (key === undefined) continue;
      const wait = await this.draw(key, bucket);
      if (wait > 0) {
        await this.putBack(drawn);
        throw new Rejection('too-many-requests', { retryAfterSeconds: Math.ceil(wait / 1000) });
      }
      drawn.push({ key, bucket });
    }
    return { giveBack: () => this.putBack(drawn) };
  }

  private async putBack(drawn: readonly Drawn[]): Promise<void> {
    for (const { key, bucket } of drawn) await this.change(key, bucket, -1);
  }

  /** Milliseconds until there is one to take; 0 when one was taken. */
  private draw(key: string, bucket: Bucket): Promise<number> | number {
    return this.change(key, bucket, 1);
  }

  private change(key: string, bucket: Bucket, by: 1 | -1): Promise<number> | number {
    if (!this.events.exclusive) return this.changeShared(key, bucket, by);
    const next = poured(this.levels.get(key), bucket, by, this.clock.millis());
    if (next.wait > 0) return next.wait;
    this.levels.delete(key);
    if (next.level.used > 0) this.levels.set(key, next.level);
    if (this.levels.size > MOST_KEPT) this.shed();
    return 0;
  }

  /** Several instances share their counts; where they keep colliding there is a burst, and it is refused. */
  private async changeShared(key: string, bucket: Bucket, by: 1 | -1): Promise<number> {
    for (let turn = 0; turn < CONTENDED; turn += 1) {
      const now = this.clock.millis();
      const found = await this.store.fetch<Level & object>(COLLECTION, key);
      const next = poured(found?.doc, bucket, by, now);
      if (next.wait > 0) return next.wait;
      const options = { expiresAt: now + bucket.refill };
      const done = found
        ? await this.store.compareAndSet(COLLECTION, key, found.revision, next.level, options)
        : await this.store.putIfAbsent(COLLECTION, key, next.level, options);
      if (done) return 0;
    }
    return by === 1 ? bucket.refill / bucket.most : 0;
  }

  /** Drops the eighth that was touched longest ago: those have refilled most. */
  private shed(): void {
    let left = MOST_KEPT / 8;
    for (const key of this.levels.keys()) {
      if (left-- <= 0) return;
      this.levels.delete(key);
    }
  }

  /** Addresses and accounts are kept only as hashes. Of an IPv6 address the first 64 bits count: one customer has all the rest. */
  private keyOf(what: Throttled, { by }: Bucket, places: Places): string | undefined {
    const parts = by.map((place) => (place === 'ip' ? placeOf(places.ip) : places[place]));
    return parts.includes(undefined) ? undefined : this.vault.hash('throttle', [what, ...by, ...parts].join('\n'));
  }
}

function poured(level: Level | undefined, { most, refill }: Bucket, by: 1 | -1, now: number): { level: Level; wait: number } {
  const each = refill / most;
  const used = Math.max(0, (level?.used ?? 0) - (level ? (now - level.at) / each : 0));
  const next = Math.max(0, used + by);
  return next > most ? { level: { used, at: now }, wait: (next - most) * each } : { level: { used: next, at: now }, wait: 0 };
}

export function placeOf(ip: string | undefined): string | undefined {
  if (ip === undefined || !ip.includes(':') || ip.startsWith('::ffff:')) return ip;
  const [head = '', tail] = ip.split('::');
  const groups = head.split(':').filter(Boolean);
  const filled =
    tail === undefined
      ? groups
      : [
          ...groups,
          ...Array<string>(Math.max(0, 8 - groups.length - tail.split(':').filter(Boolean).length)).fill('0'),
          ...tail.split(':'),
        ];
  return `${filled.slice(0, 4).join(':')}::/64`;
}
