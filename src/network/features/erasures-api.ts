import { Get, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { IsString } from 'class-validator';
import type { ApiKeyCaller, EmployeeCaller } from '../../platform/security/caller';
import { Permit } from '../../platform/security/permit';
import { ApiController, Input, Operation, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import { Email, Line, ListOf, OneOf, Time, Whole } from '../../platform/web/input';
import { erasedRoles, ErasePerson, Erasures, type ErasedRole, type ErasureCertificate } from './erase-person';

export class ErasureInput {
  @Email({ description: 'Whoever has this address is erased in every role' }) email!: string;
}

/** One role in which somebody was erased. */
export class ErasedRoleAnswer {
  @OneOf(erasedRoles) role!: ErasedRole;
  @Whole(1, 1_000_000_000, { description: 'On so many cards, or at so many locations' }) count!: number;
}

/** Proof of an erasure, without a word about who it was. */
export class ErasureAnswer {
  @Line(60) id!: string;
  @ListOf(() => ErasedRoleAnswer, 10) roles!: readonly ErasedRoleAnswer[];
  @Time() erasedAt!: string;
  @IsString() by!: string;
}

const example: ErasureAnswer = {
  id: 'q3Jk0m1nV7b2X8c4L9dFhT6sYw5eRzPaUoIgNtBxKMs',
  roles: [
    { role: 'buyer', count: 2 },
    { role: 'recipient', count: 1 },
  ],
  erasedAt: '2026-11-22T15:30:00.000Z',
  by: 'key_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
};
type ByNetwork = ApiRequest & { caller: ApiKeyCaller | EmployeeCaller };

@ApiController('erasures')
export class ErasuresApi {
  constructor(
    private readonly erasures: Erasures,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
  ) {}

  @Post()
  @Permit('personal-data.erase')
  @Operation({
    id: 'erasePerson',
    summary: 'Erase a person',
    description:
      'Name, address and messages of whoever has this e-mail address become unreadable everywhere, for good. ' +
      'Cards keep working and amounts stay. Erasing again is as good as once.',
    example: { email: 'dana@example.com' },
    answer: ErasureAnswer,
    answerExample: example,
    refusals: ['nobody-to-erase', 'employee-not-disabled', 'contact-address-in-use'],
  })
  async erase(
    @Input() { email }: ErasureInput,
    @Req() request: ByNetwork,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<ErasureAnswer> {
    const context = this.contexts.once(request);
    const { id, position } = await this.commands.execute<ErasePerson, { id: string; position: number }>(new ErasePerson(context, email));
    this.contexts.answer(reply, { position, replayed: false });
    reply.header('location', `/v1/erasures/${id}`);
    return answerOf(await this.erasures.certificate(context.network, id));
  }

  @Get(':id')
  @Permit('personal-data.erase')
  @Operation({ id: 'getErasure', summary: 'Read the proof of an erasure', answer: ErasureAnswer, answerExample: example })
  async read(@Param('id') id: string, @Req() { caller }: ByNetwork): Promise<ErasureAnswer> {
    return answerOf(await this.erasures.certificate(caller.network, id));
  }
}

const answerOf = ({ id, roles, at, by }: ErasureCertificate): ErasureAnswer => ({ id, roles, erasedAt: at, by: by.id });
