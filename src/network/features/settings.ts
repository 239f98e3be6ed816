import { Get, Post, Req } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { money, type Money } from '../../kernel/money';
import { Rejection } from '../../kernel/rejection';
import { Streams, type Change } from '../../platform/event-store/streams';
import { Permit } from '../../platform/security/permit';
import { CommandContexts } from '../../platform/web/contexts';
import { Form, Forms } from '../../platform/web/form';
import { Email, Line, MoneyField, MoneyInput, OneOf, Optional, Paragraph, Pattern, Whole } from '../../platform/web/input';
import { Page, SeeOther, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import type { Reader } from '../../platform/web/reader';
import * as decide from '../domain/network';
import { changeRedemptionSettings, clerkRules, type ClerkRule } from '../domain/redemption-settings';
import { NetworkFacade, type NetworkSummary } from '../network.facade';
import { addressOf } from './employee-streams';
import { networkOf } from './page-network';
import { timeZones } from './time-zones';

/** What may be changed of a network, one part at a time. */
export type SettingsPart =
  | {
      readonly part: 'general';
      readonly name: string;
      readonly timeZone: string;
      readonly language: decide.Language;
      readonly contactEmail: string;
      readonly postalAddress?: string;
    }
  | { readonly part: 'brand'; readonly brand: string }
  | { readonly part: 'card-rules'; readonly cardRules: decide.CardRules }
  | { readonly part: 'second-factor'; readonly secondFactor: 'optional' | 'required' }
  | { readonly part: 'redemption'; readonly noticeEmails: readonly string[]; readonly clerk: ClerkRule };

export class ChangeSettings {
  constructor(
    readonly context: CommandContext,
    readonly change: SettingsPart,
  ) {}
}

@CommandHandler(ChangeSettings)
export class ChangeSettingsHandler implements ICommandHandler<ChangeSettings> {
  constructor(
    private readonly streams: Streams,
    private readonly facade: NetworkFacade,
  ) {}

  async execute({ context, change }: ChangeSettings): Promise<Change<decide.Network, decide.NetworkFact>> {
    const { network } = context;
    const done = await this.streams.change(context, `network-${network}`, decide.network, (state) => decided(state, context, change));
    this.facade.changed(network);
    return done;
  }
}

function decided(state: decide.Network, context: CommandContext, change: SettingsPart): decide.NetworkFact[] {
  const { network, at } = context;
  switch (change.part) {
    case 'general':
      return decide.changeNetworkSettings(state, {
        ...change,
        contactEmail: addressOf('contact', network, change.contactEmail, context),
        at,
      });
    case 'brand':
      return decide.changeBrand(state, { brand: change.brand, at });
    case 'card-rules':
      return decide.changeCardRules(state, { cardRules: change.cardRules, at });
    case 'redemption':
      return changeRedemptionSettings(state, {
        clerk: change.clerk,
        noticeEmails: change.noticeEmails.map((each, index) => addressOf('notices', `${network}.${index}`, each, context)),
        at,
      });
    case 'second-factor':
      return decide.changeSecondFactor(state, { secondFactor: change.secondFactor, at });
  }
}

export class GeneralSettingsInput {
  @Line(100) name!: string;
  @OneOf(timeZones) timeZone!: string;
  @OneOf(['en', 'fr']) language!: decide.Language;
  @Email() contactEmail!: string;
  @Optional() @Paragraph(300) postalAddress?: string;
}

export class BrandInput {
  @Pattern('^#[0-9A-Fa-f]{6}$', 'network.field.brand-wrong', { most: 7 }) brand!: string;
}

export class CardRulesInput {
  @MoneyField() smallestValue!: MoneyInput;
  @MoneyField() largestValue!: MoneyInput;
  @Whole(1, 60) codeValidityMinutes!: number;
  @Optional() @Whole(decide.shortestLife, decide.longestLife) expiryYears?: number;
}

export class SecondFactorPolicyInput {
  @OneOf(['optional', 'required']) secondFactor!: 'optional' | 'required';
}

/** Addresses one a line, or with commas between them. */
const severalAddresses = '^\\s*([^\\s@,;]{1,64}@[^\\s@,;]+\\.[^\\s@,;]{2,}[\\s,;]*)+$';

export class RedemptionSettingsInput {
  @Optional() @Pattern(severalAddresses, 'network.field.notice-emails-wrong', { most: 2_000 }) noticeEmails?: string;
  @OneOf(clerkRules) clerk!: ClerkRule;
}

@PageController('n/:slug/settings')
export class SettingsPage {
  constructor(
    private readonly facade: NetworkFacade,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly forms: Forms,
  ) {}

  @Get()
  @Permit('settings.manage', ['employee'])
  show(@Req() request: PageRequest): Promise<Page> {
    return this.page(request, new Form());
  }

  @Post('general')
  @Permit('settings.manage', ['employee'])
  general(@Req() request: PageRequest): Promise<Page | SeeOther> {
    return this.changed(request, GeneralSettingsInput, (input) => ({ part: 'general', ...input }));
  }

  @Post('brand')
  @Permit('settings.manage', ['employee'])
  brand(@Req() request: PageRequest): Promise<Page | SeeOther> {
    return this.changed(request, BrandInput, ({ brand }) => ({ part: 'brand', brand: brand.toLowerCase() }));
  }

  @Post('card-rules')
  @Permit('settings.manage', ['employee'])
  cardRules(@Req() request: PageRequest): Promise<Page | SeeOther> {
    const cardRules = ({ smallestValue, largestValue, codeValidityMinutes, expiryYears }: CardRulesInput): decide.CardRules => ({
      smallestValue: money(smallestValue.amount, smallestValue.currency),
      largestValue: money(largestValue.amount, largestValue.currency),
      codeValidityMinutes,
      expiryYears,
    });
    return this.changed(request, CardRulesInput, (input) => ({ part: 'card-rules', cardRules: cardRules(input) }), {
      'card-values-out-of-order': 'smallestValue',
      'card-value-above-limit': 'largestValue',
    });
  }

  @Post('second-factor')
  @Permit('settings.manage', ['employee'])
  secondFactor(@Req() request: PageRequest): Promise<Page | SeeOther> {
    return this.changed(request, SecondFactorPolicyInput, ({ secondFactor }) => ({ part: 'second-factor', secondFactor }));
  }

  @Post('redemption')
  @Permit('settings.manage', ['employee'])
  redemption(@Req() request: PageRequest): Promise<Page | SeeOther> {
    const addresses = (text = ''): readonly string[] => [...new Set(text.split(/[\s,;]+/).filter(Boolean))];
    return this.changed(
      request,
      RedemptionSettingsInput,
      ({ noticeEmails, clerk }) => ({ part: 'redemption', noticeEmails: addresses(noticeEmails), clerk }),
      { 'notice-emails-too-many': 'noticeEmails' },
    );
  }

  private changed<T extends object>(
    request: PageRequest,
    type: new () => T,
    part: (input: T) => SettingsPart,
    fieldOf?: Readonly<Record<string, string>>,
  ): Promise<Page | SeeOther> {
    return this.forms.handle(request, type, {
      then: async (input) => {
        const { position } = await this.commands.execute<ChangeSettings, { position: number }>(
          new ChangeSettings(this.contexts.once(request), part(input)),
        );
        return new SeeOther(`/n/${networkOf(request).slug}/settings`, { flash: 'network.flash.saved', position });
      },
      again: (form) => this.page(request, form),
      fieldOf,
    });
  }

  private async page(request: PageRequest, form: Form): Promise<Page> {
    const { reader } = request;
    const known = await this.facade.network(networkOf(request).id);
    if (!known) throw new Rejection('not-found');
    const { smallestValue, largestValue, codeValidityMinutes, expiryYears } = known.cardRules;
    return new Page('network/features/settings', {
      title: reader.t('network.settings.title'),
      form,
      known,
      rules: {
        smallest: plain(smallestValue, reader),
        largest: plain(largestValue, reader),
        minutes: codeValidityMinutes,
        years: expiryYears,
      },
      notices: known.noticeEmails.join('\n'),
      ...choices(request, known),
    });
  }
}

function choices({ reader }: PageRequest, { timeZone }: NetworkSummary) {
  const zones = timeZones.includes(timeZone) ? timeZones : [...timeZones, timeZone];
  return {
    zones: zones.map((value) => ({ value, label: value.replace(/^[^/]+\//, '').replaceAll('_', ' ') })),
    clerks: clerkRules.map((value) => ({ value, label: reader.t(`network.clerk.${value}`) })),
    languages: (['en', 'fr'] as const).map((value) => ({ value, label: reader.t(`network.language.${value}`) })),
  };
}

/** An amount as it is typed: digits, a point or comma, no sign. */
const plain = ({ amount }: Money, { language }: Reader): string => {
  const digits = String(amount).padStart(3, '0');
  return `${digits.slice(0, -2)}${language === 'fr' ? ',' : '.'}${digits.slice(-2)}`;
};
