import { Get, Post, Req } from '@nestjs/common';
import { Public } from '../../platform/security/permit';
import { Form, Forms } from '../../platform/web/form';
import { Secret } from '../../platform/web/input';
import { Page, type PageNetwork, type PageRequest, type SeeOther } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import type { CardListItem } from '../read-models/card-list';
import { Rejection } from '../../kernel/rejection';
import { CardFinder } from './look-up-card';
import { PresentedCodes } from './presented-codes';
import { tagOf } from './shown-card';

export class CheckBalanceForm {
  @Secret(64) code!: string;
}

/** Whoever has a card's code may ask what is on it; people and names are told to nobody. */
@PageController('n/:slug/balance')
export class CheckBalancePage {
  constructor(
    private readonly forms: Forms,
    private readonly codes: PresentedCodes,
    private readonly finder: CardFinder,
  ) {}

  @Get()
  @Public()
  show(@Req() request: PageRequest): Page {
    return this.page(request, new Form());
  }

  @Post()
  @Public()
  check(@Req() request: PageRequest & { network: PageNetwork }): Promise<Page | SeeOther> {
    const { ip, network } = request;
    return this.forms.handle(request, CheckBalanceForm, {
      then: async ({ code }) => {
        try {
          const { card } = await this.codes.present(code, { network: network.id, ip }, (hash) => this.finder.byCode(network.id, hash));
          return this.page(request, new Form(), card);
        } catch (error) {
          throw error instanceof Rejection && error.code === 'code-not-valid' ? new Rejection('no-card-with-this-code') : error;
        }
      },
      again: (form) => this.page(request, form),
      fieldOf: { 'no-card-with-this-code': 'code' },
    });
  }

  private page({ reader }: PageRequest, form: Form, card?: CardListItem): Page {
    const found = card && { balance: card.balance, tag: tagOf(card), lastFour: card.lastFour, expiresAt: card.expiresAt };
    return new Page(
      'cards/features/check-balance',
      { title: reader.t('cards.balance.title'), form, found },
      { shell: 'public', status: 200 },
    );
  }
}
