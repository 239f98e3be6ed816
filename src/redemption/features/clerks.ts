import { Injectable } from '@nestjs/common';
import { reveal, type Personal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { ClerksFacade } from '../../network';
import { Line, Optional, Secret } from '../../platform/web/input';
import type { PageReply } from '../../platform/web/page';
import { ClerkNames } from './clerk-names';
import { Counter, type DeviceRequest } from './counter';

/** Who stands at the counter, where the network asks for it. */
export class ClerkInput {
  @Optional() @Line(60) clerk?: string;
  @Optional() @Secret(20) pin?: string;
}

const COOKIE = 'clerk';
const A_SHIFT = 12 * 60 * 60;

type SetsCookies = PageReply & { setCookie(name: string, value: string, options: object): unknown };

/** What the form asks for. */
export interface AskedClerk {
  readonly name?: boolean;
  /** The name that was typed last on this device. */
  readonly last?: string;
  readonly pin?: boolean;
  /** A PIN is asked for, and nobody here has one: what to do about it. */
  readonly nobody?: boolean;
}

/**
 * The clerk at a device, asked for where the network wants it, and written down as a person: by name, remembered for a shift; or by PIN,
 * asked for each time, because it says who takes money off this card.
 */
@Injectable()
export class Clerks {
  constructor(
    private readonly counter: Counter,
    private readonly clerks: ClerksFacade,
    private readonly names: ClerkNames,
  ) {}

  async asked(request: DeviceRequest): Promise<AskedClerk | undefined> {
    const { clerk } = await this.counter.network(request);
    if (clerk === 'none') return undefined;
    const { network, caller } = request;
    if (clerk === 'pin') return { pin: true, nobody: !(await this.clerks.any(network.id, caller.locationId)) };
    const last = (request as { cookies?: Record<string, string | undefined> }).cookies?.[COOKIE];
    return { name: true, last: last?.slice(0, 60) };
  }

  /** @throws Rejection `clerk-missing`, `clerk-pin-missing`, `clerk-pin-wrong`, `too-many-requests` */
  async of(request: DeviceRequest, reply: PageReply, { clerk, pin }: ClerkInput): Promise<Personal<string> | undefined> {
    const { clerk: rule } = await this.counter.network(request);
    if (rule === 'none') return undefined;
    return rule === 'pin' ? this.byPin(request, pin) : this.byName(request, reply, clerk);
  }

  private byPin({ network, caller }: DeviceRequest, pin: string | undefined): Promise<Personal<string>> {
    if (!pin) throw new Rejection('clerk-pin-missing');
    return this.clerks.byPin({ network: network.id, locationId: caller.locationId, deviceId: caller.id }, pin);
  }

  private byName({ network, caller }: DeviceRequest, reply: PageReply, typed: string | undefined): Personal<string> {
    if (!typed?.trim()) throw new Rejection('clerk-missing');
    const path = `/n/${network.slug}/redeem`;
    const clerk = this.names.named(caller.locationId, typed);
    (reply as SetsCookies).setCookie(COOKIE, reveal(clerk) ?? '', { path, httpOnly: true, sameSite: 'lax', maxAge: A_SHIFT });
    return clerk;
  }
}
