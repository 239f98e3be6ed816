import { Get, Put, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Rejection } from '../../kernel/rejection';
import { Permit } from '../../platform/security/permit';
import { ApiController, Input, Operation, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import { EmailList, OneOf } from '../../platform/web/input';
import { clerkRules, MOST_NOTICE_EMAILS, type ClerkRule } from '../domain/redemption-settings';
import { NetworkFacade } from '../network.facade';
import { ChangeSettings } from './settings';

/** What a network settles about redemptions; the answer has the same shape. */
export class RedemptionSettingsBody {
  @OneOf(clerkRules, {
    description: 'What the redemption screen asks whoever stands at the counter: nothing, their name, or their PIN',
    example: 'pin',
  })
  clerk!: ClerkRule;
  @EmailList(MOST_NOTICE_EMAILS, { description: 'Who is told of redeemed items by mail', example: ['orders@harbor.example'] })
  noticeEmails!: string[];
}

const example = { clerk: 'pin' as const, noticeEmails: ['orders@harbor.example'] };

@ApiController('redemption-settings')
export class RedemptionSettingsApi {
  constructor(
    private readonly facade: NetworkFacade,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
  ) {}

  @Get()
  @Permit('settings.manage', ['apiKey'])
  @Operation({
    id: 'getRedemptionSettings',
    summary: 'Read what the network settled about redemptions',
    answer: RedemptionSettingsBody,
    answerExample: example,
  })
  async read(@Req() request: ApiRequest): Promise<RedemptionSettingsBody> {
    const found = await this.facade.network(this.contexts.once(request).network);
    if (!found) throw new Rejection('not-found');
    return { clerk: found.clerk, noticeEmails: [...found.noticeEmails] };
  }

  @Put()
  @Permit('settings.manage', ['apiKey'])
  @Operation({
    id: 'changeRedemptionSettings',
    summary: 'Settle what the redemption screen asks, and who is told of items',
    description: 'Where PINs are asked for, each location needs clerks: `POST /v1/locations/{id}/clerks`.',
    example,
    answer: RedemptionSettingsBody,
    answerExample: example,
    refusals: ['notice-emails-too-many'],
  })
  async change(
    @Input() { clerk, noticeEmails }: RedemptionSettingsBody,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<RedemptionSettingsBody> {
    const addresses = [...new Set(noticeEmails)];
    const command = new ChangeSettings(this.contexts.once(request), { part: 'redemption', clerk, noticeEmails: addresses });
    this.contexts.answer(reply, await this.commands.execute<ChangeSettings, { position: number; replayed: boolean }>(command));
    return { clerk, noticeEmails: addresses };
  }
}
