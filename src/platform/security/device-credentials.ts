import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Rejection } from '../../kernel/rejection';
import { Clock } from '../clock';
import { Config } from '../config';
import { ReadStore } from '../read-store/read-store';
import { VERSION } from '../version';
import type { DeviceCaller } from './caller';
import { Identities, type DeviceCredential } from './identities';

const SIGHTINGS = 'device-sightings';
const SEEN_EVERY = 60_000;
const TWO_YEARS_SECONDS = 2 * 365 * 86_400;
const MOST_KEPT = 10_000;

/** When and with what a device was last here. */
export interface Sighting {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What the browser calls itself, cut short. */
  readonly userAgent: string;
  /** The version of the program that the device shows: its screen's own word (`x-app-version`), else the one that served it. */
  readonly version: string;
}

type Cookies = { cookies?: Record<string, string | undefined> };
type SetsCookies = FastifyReply & { setCookie(name: string, value: string, options: object): unknown };

/**
 * The credential of activated devices: a cookie that lives two years, `{network}.{location}.{device}.{secret}`, of which the log keeps
 * the secret's keyed hash. It is asked at each request whether it still counts. SameSite=Lax: a link in a mail and the camera of the
 * device open our pages with it, other sites' forms and frames don't.
 */
@Injectable()
export class DeviceCredentials implements OnModuleInit {
  private readonly secure: boolean;
  private readonly cookie: string;
  private readonly written = new Map<string, number>();
  private readonly coming = new Map<string, Promise<void>>();

  constructor(
    private readonly identities: Identities,
    private readonly store: ReadStore,
    private readonly clock: Clock,
    config: Config,
  ) {
    this.secure = config.publicUrl.startsWith('https:');
    this.cookie = this.secure ? '__Host-device' : 'device';
  }

  async onModuleInit(): Promise<void> {
    await this.store.ensureCollection({ name: SIGHTINGS, indexes: [] });
  }

  /** Makes the browser that is answered this device; what it was before it is no more. */
  give(reply: FastifyReply, { network, locationId, deviceId, secret }: DeviceCredential): void {
    const options = { path: '/', httpOnly: true, sameSite: 'lax', secure: this.secure, maxAge: TWO_YEARS_SECONDS };
    (reply as SetsCookies).setCookie(this.cookie, [network, locationId, deviceId, secret].join('.'), options);
  }

  /**
   * The device that a request comes from; undefined without a credential.
   * @throws Rejection `device-not-activated`, `device-revoked`, `device-location-not-open` for a credential that does not count (any more)
   */
  async of(request: FastifyRequest): Promise<DeviceCaller | undefined> {
    const credential = this.presented(request);
    if (!credential) return undefined;
    const device = await this.identities.device(credential);
    this.seen(device.id, request);
    return device;
  }

  /** The same, for pages that everybody may open: a credential that does not count is none. */
  async ifAny(request: FastifyRequest): Promise<DeviceCaller | undefined> {
    try {
      return await this.of(request);
    } catch (error) {
      if (error instanceof Rejection) return undefined;
      throw error;
    }
  }

  /** Of the devices that were here at all; what this process has seen itself is in it. */
  async sightings(ids: readonly string[]): Promise<ReadonlyMap<string, Sighting>> {
    await Promise.all(ids.flatMap((id) => this.coming.get(id) ?? []));
    const found = await this.store.fetchMany<Sighting>(SIGHTINGS, ids);
    return new Map(found.map(({ key, doc }) => [key, doc]));
  }

  private presented(request: FastifyRequest): DeviceCredential | undefined {
    const value = (request as Cookies).cookies?.[this.cookie];
    if (!value || value.length > 200) return undefined;
    const [network, locationId, deviceId, secret, more] = value.split('.');
    return network && locationId && deviceId && secret && more === undefined ? { network, locationId, deviceId, secret } : undefined;
  }

  /** Once a minute at most, and the device does not wait for it. */
  private seen(id: string, { headers }: FastifyRequest): void {
    const at = this.clock.millis();
    if (at - (this.written.get(id) ?? -Infinity) < SEEN_EVERY) return;
    if (this.written.size >= MOST_KEPT) this.written.clear();
    this.written.set(id, at);
    const told = headers['x-app-version'];
    const version = typeof told === 'string' && /^[\w.-]{1,40}$/.test(told) ? told : VERSION;
    const sighting: Sighting = { at, userAgent: (headers['user-agent'] ?? '').slice(0, 200), version };
    const kept = this.store.put(SIGHTINGS, id, sighting).catch(() => void this.written.delete(id));
    this.coming.set(id, kept);
    void kept.finally(() => this.coming.get(id) === kept && this.coming.delete(id));
  }
}
