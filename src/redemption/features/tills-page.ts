import { Get, Param, Post, Req } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { Rejection } from '../../kernel/rejection';
import { Config } from '../../platform/config';
import { Ids } from '../../platform/ids';
import { Permit } from '../../platform/security/permit';
import { CommandContexts } from '../../platform/web/contexts';
import { Form, Forms } from '../../platform/web/form';
import { Line, OneOf, Optional, Paragraph, Pattern } from '../../platform/web/input';
import { Page, SeeOther, type PageNetwork, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { NetworkFacade, ownLocation, TillsFacade, type TenderRule, type TillKind } from '../../network';
import { TillList } from './till-list';

const kinds = ['generic', 'square', 'clover'] as const;

/** What people know of a till when they connect it, and what its maker tells them afterwards. */
export class TillInput {
  @OneOf(kinds) kind!: TillKind;
  @Optional() @Pattern('^[A-Za-z0-9]{4,64}$', 'redemption.tills.place-unusable', { most: 64 }) place?: string;
  @Optional() @OneOf(['production', 'sandbox']) environment?: 'production' | 'sandbox';
  @Optional() @Line(200) secret?: string;
  @Optional() @Line(500) token?: string;
}

export class TenderRuleInput {
  @Optional() @Paragraph(2_000) names?: string;
  @Optional() @Paragraph(1_000) types?: string;
  @Optional() @Paragraph(1_000) ids?: string;
}

type OfficeRequest = PageRequest & { network: PageNetwork };

/** How the tills of a location report to us, which of their payments count, and what became of the last ones. */
@PageController('n/:slug/locations/:id/pos')
export class TillsPage {
  constructor(
    private readonly tills: TillsFacade,
    private readonly networks: NetworkFacade,
    private readonly list: TillList,
    private readonly contexts: CommandContexts,
    private readonly forms: Forms,
    private readonly ids: Ids,
    private readonly config: Config,
  ) {}

  @Get()
  @Permit('pos.manage', ['employee'])
  show(@Req() request: OfficeRequest, @Param('id') id: string): Promise<Page> {
    return this.page(request, id);
  }

  /** Makes a connection: its address is needed at the till maker before there is a secret to type in here. */
  @Post()
  @Permit('pos.manage', ['employee'])
  connect(@Req() request: OfficeRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, TillInput, {
      then: async ({ kind, place, environment = 'production', secret: given, token }) => {
        if (kind !== 'generic' && place === undefined) throw new Rejection('till-place-missing');
        const tillId = this.ids.next('til');
        const secret = kind === 'generic' ? `whsec_${randomBytes(32).toString('base64')}` : given;
        const order = { kind, place: kind === 'generic' ? undefined : place, environment, secret, token };
        const position = await this.tills.connect(this.contexts.once(request), id, tillId, order);
        if (kind !== 'generic') return this.back(request, id, 'redemption.flash.till-connected', position);
        const address = `${this.config.publicUrl}/v1/pos-events/${tillId}`;
        const model = { title: request.reader.t('redemption.tills.secret-title'), address, secret, back: this.address(request, id) };
        return new Page('redemption/features/till-secret', model);
      },
      again: (form) => this.page(request, id, form),
      fieldOf: { 'till-place-missing': 'place', 'till-connected-already': 'place' },
    });
  }

  /** What the till maker gave since; empty fields keep what is there. */
  @Post('connections/:till')
  @Permit('pos.manage', ['employee'])
  change(@Req() request: OfficeRequest, @Param('id') id: string, @Param('till') tillId: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, TillInput, {
      then: async ({ place, environment, secret, token }) => {
        const before = (await this.tills.of(request.network.id, id))?.tills.find((each) => each.id === tillId);
        if (!before || before.kind === 'generic') throw new Rejection('not-found');
        const order = { kind: before.kind, place: place ?? before.place, environment: environment ?? before.environment, secret, token };
        const position = await this.tills.connect(this.contexts.once(request), id, tillId, order);
        return this.back(request, id, 'redemption.flash.till-changed', position);
      },
      again: (form) => this.page(request, id, form),
      fieldOf: { 'till-connected-already': 'place' },
    });
  }

  @Post('connections/:till/disconnection')
  @Permit('pos.manage', ['employee'])
  async disconnect(@Req() request: OfficeRequest, @Param('id') id: string, @Param('till') tillId: string): Promise<SeeOther> {
    const position = await this.tills.disconnect(this.contexts.once(request), id, tillId);
    return this.back(request, id, 'redemption.flash.till-disconnected', position);
  }

  @Post('rule')
  @Permit('pos.manage', ['employee'])
  rule(@Req() request: OfficeRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, TenderRuleInput, {
      then: async (input) => {
        const rule: TenderRule = { names: lines(input.names), types: lines(input.types), ids: lines(input.ids) };
        const position = await this.tills.changeRule(this.contexts.once(request), id, rule);
        return this.back(request, id, 'redemption.flash.rule-changed', position, '#seen');
      },
      again: (form) => this.page(request, id, form),
      fieldOf: { 'tender-rule-empty': 'names', 'tender-rule-too-long': 'names' },
    });
  }

  private back(request: OfficeRequest, id: string, flash: string, position: number, hash = ''): SeeOther {
    return new SeeOther(`${this.address(request, id)}${hash}`, { flash, position });
  }

  private address({ network }: OfficeRequest, id: string): string {
    return `/n/${network.slug}/locations/${id}/pos`;
  }

  private async page(request: OfficeRequest, id: string, form = new Form()): Promise<Page> {
    ownLocation(request.caller, id);
    const { network } = request;
    const [place, tills] = await Promise.all([this.networks.location(network.id, id), this.tills.of(network.id, id)]);
    if (!place || !tills) throw new Rejection('not-found');
    const model = { title: place.name, form, id, closed: place.status === 'closed', ...(await this.list.shown(request, id, tills)) };
    return new Page('redemption/features/tills', model);
  }
}

const lines = (text: string | undefined): readonly string[] => [
  ...new Set(
    (text ?? '')
      .split('\n')
      .map((line) => line.trim().slice(0, 127))
      .filter(Boolean),
  ),
];
