import { Delete, Get, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { IsArray, IsString } from 'class-validator';
import { Rejection } from '../../kernel/rejection';
import { Ids } from '../../platform/ids';
import { Models } from '../../platform/read-store/models';
import { ApiKeyRing } from '../../platform/security/api-key-ring';
import type { ApiKeyCaller, EmployeeCaller } from '../../platform/security/caller';
import { Permit } from '../../platform/security/permit';
import { ApiController, Input, Operation, Search, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import { Cursors, type Listed } from '../../platform/web/cursors';
import { Id, Line, OneOf, Optional, PageQuery, Time } from '../../platform/web/input';
import { Positions } from '../../platform/web/positions';
import { apiKeyList, type ApiKeyListItem } from '../read-models/api-key-list';
import { ApiKeyInput, CreateApiKey, newKey, RevokeApiKey, type ApiKeyChange } from './api-keys';

/** An API key as the API shows it: never the key itself. */
export class ApiKeyAnswer {
  @Id('key') id!: string;
  @Line(80) name!: string;
  @Line(20, { description: 'The first characters of the key' }) prefix!: string;
  @IsArray() @IsString({ each: true }) scopes!: readonly string[];
  @OneOf(['active', 'revoked']) status!: 'active' | 'revoked';
  @Time() createdAt!: string;
  @Optional() @Time({ description: 'Up to half a minute late' }) lastUsedAt?: string;
}

/** The answer that shows the key, once. */
export class CreatedApiKeyAnswer {
  @Id('key') id!: string;
  @Line(80) name!: string;
  @IsArray() @IsString({ each: true }) scopes!: readonly string[];
  @Line(60, { description: 'The key. Keep it: it is not shown again.' }) key!: string;
}

const id = 'key_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const example = {
  id,
  name: 'Web shop',
  prefix: 'lg_9TQ4M7',
  scopes: ['cards.issue', 'cards.view'],
  status: 'active',
  createdAt: '2026-11-22T15:30:00.000Z',
  lastUsedAt: '2026-11-22T16:02:11.000Z',
};
const created = { id, name: 'Web shop', scopes: ['cards.issue', 'cards.view'], key: 'lg_9TQ4M7XC2KD8W3HB9TQ4M7XC2KD8W3HB9TQ4M7XC' };
type ByNetwork = ApiRequest & { caller: ApiKeyCaller | EmployeeCaller };

@ApiController('api-keys')
export class ApiKeysApi {
  constructor(
    private readonly models: Models,
    private readonly ring: ApiKeyRing,
    private readonly positions: Positions,
    private readonly cursors: Cursors,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly ids: Ids,
  ) {}

  @Post()
  @Permit('api-keys.manage')
  @Operation({
    id: 'createApiKey',
    summary: 'Create an API key',
    description: 'The key is in this answer and nowhere else. Send an unused name each time: a repeated call makes another key.',
    example: { name: 'Web shop', scopes: ['cards.issue', 'cards.view'] },
    answer: CreatedApiKeyAnswer,
    answerExample: created,
    refusals: ['scope-not-yours', 'scopes-missing'],
  })
  async create(
    @Input() input: ApiKeyInput,
    @Req() request: ByNetwork,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<CreatedApiKeyAnswer> {
    const apiKeyId = this.ids.next('key');
    const key = newKey(this.ids);
    const { permissions } = request.caller;
    const change = await this.commands.execute<CreateApiKey, ApiKeyChange>(
      new CreateApiKey(this.contexts.once(request), apiKeyId, input.name, input.scopes, permissions, key),
    );
    this.contexts.answer(reply, change);
    return { id: apiKeyId, name: input.name, scopes: [...new Set(input.scopes)].sort(), key };
  }

  @Get()
  @Permit('api-keys.manage')
  @Operation({
    id: 'listApiKeys',
    summary: 'List API keys, oldest first',
    answer: { listOf: ApiKeyAnswer },
    answerExample: { data: [example], next: null },
    refusals: ['cursor-unusable'],
  })
  async list(@Search() query: PageQuery, @Req() request: ByNetwork): Promise<Listed<ApiKeyAnswer>> {
    const { network } = request.caller;
    const { limit = 50 } = query;
    await this.models.settled(apiKeyList, this.positions.of(request));
    const list = [network, 'api-keys'];
    const after = this.cursors.open(list, query.after);
    const found = await this.models.find<ApiKeyListItem>(apiKeyList, {
      filter: { network },
      sort: ['createdAt', 'id'],
      after,
      limit: limit + 1,
    });
    const { data, next } = this.cursors.page(list, found, limit, (each) => [each.createdAt, each.id]);
    const used = await this.ring.lastUsed(data.map((each) => each.id));
    return { data: data.map((each) => answerOf(each, used.get(each.id))), next };
  }

  @Delete(':id')
  @Permit('api-keys.manage')
  @Operation({
    id: 'revokeApiKey',
    summary: 'Revoke an API key',
    description: 'Its next request is refused. Revoking twice is as good as once.',
  })
  async revoke(@Param('id') apiKeyId: string, @Req() request: ApiRequest, @Res({ passthrough: true }) reply: ApiReply): Promise<void> {
    if (!/^key_[0-9A-Z]{26}$/.test(apiKeyId)) throw new Rejection('not-found');
    const change = await this.commands.execute<RevokeApiKey, ApiKeyChange>(new RevokeApiKey(this.contexts.once(request), apiKeyId));
    this.contexts.answer(reply, change);
  }
}

function answerOf(
  { id: keyId, name, prefix, scopes, status, createdAt }: ApiKeyListItem & { id: string },
  usedAt: number | undefined,
): ApiKeyAnswer {
  return {
    id: keyId,
    name,
    prefix,
    scopes,
    status,
    createdAt,
    lastUsedAt: usedAt === undefined ? undefined : new Date(usedAt).toISOString(),
  };
}
