import { Injectable } from '@nestjs/common';
import { Rejection } from '../../kernel/rejection';
import { Clock } from '../../platform/clock';
import { qrSquares } from '../../platform/qr';
import { Vault } from '../../platform/security/vault';
import { Page } from '../../platform/web/page';
import type { CardListItem } from '../read-models/card-list';
import type { OpenSecrets } from './card-keys';
import type { CardPageRequest } from './form-contexts';
import { bareCode, headingOf, shownPerson, tagOf } from './shown-card';

const PRINTABLE = 60 * 60 * 1000;

/** What allows one employee to print one card for an hour after they were shown its code. */
interface Ticket {
  readonly cardId: string;
  readonly employee: string;
  readonly until: number;
}

/** The page that tells a new code and link, once; and the permission to print them that it gives. */
@Injectable()
export class IssuedTicket {
  constructor(
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  page(request: CardPageRequest, card: CardListItem, { code, link }: OpenSecrets, why: 'sold' | 'replaced'): Page {
    const { reader } = request;
    return new Page(
      'cards/features/card-issued',
      {
        title: reader.t(`cards.issued.${why}`),
        text: reader.t(mailedText(card)),
        heading: headingOf(card, reader),
        cardId: card.cardId,
        tag: tagOf(card),
        balance: card.balance,
        recipient: card.recipient ? shownPerson(card.recipient, reader).label : undefined,
        bare: bareCode(code),
        link,
        qr: qrSquares(link),
        ticket: this.sealed(request, card.cardId),
      },
      { status: 200 },
    );
  }

  /** @throws Rejection `print-not-allowed` */
  check({ caller, network }: CardPageRequest, cardId: string, sealed: string): void {
    const ticket = this.opened(sealed, network.id);
    if (ticket?.cardId !== cardId || ticket.employee !== caller.id || ticket.until < this.clock.millis())
      throw new Rejection('print-not-allowed');
  }

  private sealed({ caller, network }: CardPageRequest, cardId: string): string {
    const ticket: Ticket = { cardId, employee: caller.id, until: this.clock.millis() + PRINTABLE };
    return this.vault.seal(JSON.stringify(ticket), `print ${network.id}`);
  }

  private opened(sealed: string, network: string): Ticket | undefined {
    try {
      return JSON.parse(this.vault.unseal(sealed, `print ${network}`)) as Ticket;
    } catch {
      return undefined;
    }
  }
}

function mailedText({ giftMail, delivery }: CardListItem): string {
  if (giftMail.state === 'queued' || giftMail.state === 'sent') return 'cards.issued.mailed';
  return delivery.kind === 'at' && giftMail.state === 'scheduled' ? 'cards.issued.scheduled' : 'cards.issued.by-hand';
}
