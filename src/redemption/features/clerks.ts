import { Injectable } from '@nestjs/common';
import { personal, type Personal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { Vault } from '../../platform/security/vault';
import { Line, Optional } from '../../platform/web/input';
import type { PageReply } from '../../platform/web/page';
import { Counter, type DeviceRequest } from './counter';

/** Who stands at the counter, where the network asks for it. */
export class ClerkInput {
  @Optional() @Line(60) clerk?: string;
}

const COOKIE = 'clerk';
const A_SHIFT = 12 * 60 * 60;

type SetsCookies = PageReply & { setCookie(name: string, value: string, options: object): unknown };

/** The clerk at a device: asked for where the network wants it, remembered for a shift, and written down as a person. */
@Injectable()
export class Clerks {
  constructor(
    private readonly counter: Counter,
    private readonly vault: Vault,
  ) {}

  /** What the form asks for. */
  async asked(request: DeviceRequest): Promise<{ readonly name?: boolean; readonly last?: string } | undefined> {
    const { clerk } = await this.counter.network(request);
    if (clerk === 'none') return undefined;
    const last = (request as { cookies?: Record<string, string | undefined> }).cookies?.[COOKIE];
    return { name: true, last: last?.slice(0, 60) };
  }

  /** @throws Rejection `clerk-missing` */
  async of(request: DeviceRequest, reply: PageReply, { clerk }: ClerkInput): Promise<Personal<string> | undefined> {
    const { clerk: rule } = await this.counter.network(request);
    if (rule === 'none') return undefined;
    const name = clerk?.trim().replace(/\s+/g, ' ');
    if (!name) throw new Rejection('clerk-missing');
    const { network, caller } = request;
    (reply as SetsCookies).setCookie(COOKIE, name, {
      path: `/n/${network.slug}/redeem`,
      httpOnly: true,
      sameSite: 'lax',
      maxAge: A_SHIFT,
    });
    return personal(this.subject(caller.locationId, name), name);
  }

  /** One key for a name at a location, named without a word about who it is. */
  private subject(locationId: string, name: string): string {
    return `clerk:${locationId}.${this.vault.hash('subject', `${locationId}\n${name.toLowerCase()}`).slice(0, 22)}`;
  }
}
