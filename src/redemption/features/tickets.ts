import { Injectable } from '@nestjs/common';
import type { PresentedCard } from '../../cards';
import { Rejection } from '../../kernel/rejection';
import { Clock } from '../../platform/clock';
import { Ids } from '../../platform/ids';
import { Vault } from '../../platform/security/vault';
import type { DeviceRequest } from './counter';

const GOOD_FOR = 30 * 60_000;

/** What the address of a card's screen holds, sealed for one device: no code, and good for one redemption. */
export interface Ticket {
  readonly cardId: string;
  readonly presented: string;
  readonly redemptionId: string;
  readonly until: number;
}

@Injectable()
export class Tickets {
  constructor(
    private readonly vault: Vault,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  /** For a card that was just shown. */
  issue(request: DeviceRequest, { cardId, presented }: Pick<PresentedCard, 'cardId' | 'presented'>): string {
    const until = this.clock.millis() + GOOD_FOR;
    return this.vault.seal([cardId, presented, this.ids.next('rdm'), until.toString(36)].join(' '), bound(request));
  }

  /** @throws Rejection `redeem-ticket-unusable` for another device's or no ticket at all */
  open(request: DeviceRequest, sealed: string): Ticket & { readonly expired: boolean } {
    const [cardId, presented, redemptionId, end] = this.unsealed(request, sealed).split(' ');
    if (!cardId || !presented || !redemptionId || !end) throw new Rejection('redeem-ticket-unusable');
    const until = parseInt(end, 36);
    return { cardId, presented, redemptionId, until, expired: until < this.clock.millis() };
  }

  private unsealed(request: DeviceRequest, sealed: string): string {
    try {
      return this.vault.unseal(sealed, bound(request));
    } catch {
      return '';
    }
  }
}

const bound = ({ network, caller }: DeviceRequest): string => `redeem ${network.id} ${caller.id}`;
