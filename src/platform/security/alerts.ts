import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../clock';
import { ReadStore, type Plain } from '../read-store/read-store';
import { placeOf } from './throttle';
import { Vault } from './vault';

const COLLECTION = 'alerts';
const HOUR = 3_600_000;
const KEPT_AFTER = 30 * 24 * HOUR;

/** Wrong codes within an hour that a person should hear of. A place is a shop's worth of hands, a card is one person's. */
const thresholds = { 'wrong-codes-from-a-place': 15, 'wrong-codes-for-a-card': 6 } as const;

export type AlertKind = keyof typeof thresholds;

export interface Alert {
  readonly network: string;
  readonly kind: AlertKind;
  /** The address that the codes came from, or the card's id. */
  readonly about: string;
  readonly count: number;
  readonly state: 'counting' | 'raised' | 'acknowledged';
  /** Milliseconds since the epoch. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly acknowledgedBy?: string;
}

export interface KeyedAlert extends Alert {
  readonly key: string;
}

/**
 * What people must see: many wrong codes from one place, or for one card, raise one alert that stays on the dashboard until somebody
 * acknowledges it. Counted in the store, so that it survives a restart and several instances count together.
 */
@Injectable()
export class Alerts implements OnModuleInit {
  constructor(
    private readonly store: ReadStore,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.store.ensureCollection({ name: COLLECTION, indexes: [['network', 'state']] });
  }

  /** Somebody gave a wrong code. `place` is the address it came from, `card` the card's id where it is known. */
  async wrongCode(network: string, { place, card }: { place?: string; card?: string }): Promise<void> {
    const from = placeOf(place);
    if (from !== undefined) await this.count(network, 'wrong-codes-from-a-place', from);
    if (card !== undefined) await this.count(network, 'wrong-codes-for-a-card', card);
  }

  /** What is raised and not acknowledged, newest first. */
  async raised(network: string): Promise<readonly KeyedAlert[]> {
    const found = await this.store.list<Alert>(COLLECTION, { filter: { network, state: 'raised' }, limit: 100 });
    return found.map(({ key, doc }) => ({ key, ...doc })).sort((a, b) => b.lastAt - a.lastAt);
  }

  /** A person has seen it. False when there is no such alert in this network, or it was acknowledged before. */
  async acknowledge(network: string, key: string, by: string): Promise<boolean> {
    const found = await this.store.fetch<Alert>(COLLECTION, key);
    if (found?.doc.network !== network || found.doc.state !== 'raised') return false;
    const alert: Alert = { ...found.doc, state: 'acknowledged', acknowledgedBy: by };
    return this.store.compareAndSet(COLLECTION, key, found.revision, alert, { expiresAt: this.clock.millis() + KEPT_AFTER });
  }

  private async count(network: string, kind: AlertKind, about: string): Promise<void> {
    const key = this.vault.hash('throttle', `${network}\n${kind}\n${about}`);
    for (;;) {
      const found = await this.store.fetch<Alert>(COLLECTION, key);
      const alert = counted(found?.doc, { network, kind, about }, this.clock.millis());
      if (await this.keep(key, found, alert)) return;
    }
  }

  private keep(key: string, found: Plain<Alert> | undefined, alert: Alert): Promise<boolean> {
    const options = alert.state === 'raised' ? {} : { expiresAt: alert.lastAt + HOUR };
    return found
      ? this.store.compareAndSet(COLLECTION, key, found.revision, alert, options)
      : this.store.putIfAbsent(COLLECTION, key, alert, options);
  }
}

/** An hour without one begins anew, unless it was raised; what was acknowledged begins anew too. */
function counted(before: Alert | undefined, what: Pick<Alert, 'network' | 'kind' | 'about'>, now: number): Alert {
  const { network, kind, about } = what;
  const goesOn = before !== undefined && (before.state === 'raised' || (before.state === 'counting' && now - before.firstAt < HOUR));
  const count = goesOn ? before.count + 1 : 1;
  const state = (goesOn && before.state === 'raised') || count >= thresholds[kind] ? 'raised' : 'counting';
  return { network, kind, about, count, state, firstAt: goesOn ? before.firstAt : now, lastAt: now };
}
