import { Get, Param, Post, Req } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { IsArray, IsString } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { applyDecorators } from '@nestjs/common';
import type { CommandContext } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import { Streams, type Change } from '../../platform/event-store/streams';
import { Ids } from '../../platform/ids';
import { Models } from '../../platform/read-store/models';
import { Registry } from '../../platform/registry';
import { ApiKeyRing } from '../../platform/security/api-key-ring';
import type { EmployeeCaller } from '../../platform/security/caller';
import { Permit } from '../../platform/security/permit';
import { CommandContexts } from '../../platform/web/contexts';
import { Form, Forms } from '../../platform/web/form';
import { Line, Pattern } from '../../platform/web/input';
import { Page, SeeOther, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { Positions } from '../../platform/web/positions';
import * as decide from '../domain/api-key';
import { apiKeyList, type ApiKeyListItem } from '../read-models/api-key-list';
import { NothingInput } from './employees';
import { networkOf } from './page-network';

const SHOWN = 9;

export type ApiKeyChange = Change<decide.ApiKey, decide.ApiKeyFact>;

export class CreateApiKey {
  constructor(
    readonly context: CommandContext,
    readonly apiKeyId: string,
    readonly name: string,
    readonly scopes: readonly string[],
    readonly grantable: ReadonlySet<string>,
    /** The whole key; only its keyed hash is written down. */
    readonly key: string,
  ) {}
}

/** Milliseconds that an answer waits for the list that all instances ask: a key that was revoked is then refused by every one of them. */
const EVERYWHERE_WITHIN = 2_000;

@CommandHandler(CreateApiKey)
export class CreateApiKeyHandler implements ICommandHandler<CreateApiKey> {
  constructor(
    private readonly streams: Streams,
    private readonly ring: ApiKeyRing,
    private readonly models: Models,
  ) {}

  async execute({ context, apiKeyId, name, scopes, grantable, key }: CreateApiKey): Promise<ApiKeyChange> {
    const keyHash = this.ring.hashOf(key);
    const command = { apiKeyId, name, keyHash, prefix: key.slice(0, SHOWN), scopes, grantable, at: context.at };
    const change = await this.streams.change(context, `apiKey-${apiKeyId}`, decide.apiKey, (state) => decide.createApiKey(state, command));
    const { state } = change;
    if (state.status === 'active')
      this.ring.admit(state.keyHash, { kind: 'apiKey', id: apiKeyId, network: context.network, permissions: new Set(state.scopes) });
    await this.models.settled(apiKeyList, change.position, EVERYWHERE_WITHIN);
    return change;
  }
}

export class RevokeApiKey {
  constructor(
    readonly context: CommandContext,
    readonly apiKeyId: string,
  ) {}
}

@CommandHandler(RevokeApiKey)
export class RevokeApiKeyHandler implements ICommandHandler<RevokeApiKey> {
  constructor(
    private readonly streams: Streams,
    private readonly ring: ApiKeyRing,
    private readonly models: Models,
  ) {}

  async execute({ context, apiKeyId }: RevokeApiKey): Promise<ApiKeyChange> {
    const change = await this.streams.change(context, `apiKey-${apiKeyId}`, decide.apiKey, (state) =>
      decide.revokeApiKey(state, { at: context.at }),
    );
    if (change.state.status === 'revoked') this.ring.evict(change.state.keyHash);
    await this.models.settled(apiKeyList, change.position, EVERYWHERE_WITHIN);
    return change;
  }
}

/** `lg_` and 200 random bits. */
export const newKey = (ids: Ids): string => `lg_${ids.secret(40)}`;

const Scopes = (): PropertyDecorator =>
  applyDecorators(
    IsArray(),
    IsString({ each: true }),
    JSONSchema({
      type: 'array',
      items: { type: 'string', maxLength: 60 },
      minItems: 1,
      maxItems: 50,
      uniqueItems: true,
      description: 'What the key may do',
      examples: [['cards.issue', 'cards.view']],
    }),
  );

export class ApiKeyInput {
  @Line(80, { description: 'What it is for', example: 'Web shop' }) name!: string;
  @Scopes() scopes!: string[];
}

export class NewApiKeyForm extends ApiKeyInput {
  /** Made with the page, so that the form sent twice makes one key. */
  @Pattern('^[0-9a-f-]{36}$', 'input.pattern') once!: string;
}

@PageController('n/:slug/api-keys')
export class ApiKeysPage {
  constructor(
    private readonly models: Models,
    private readonly positions: Positions,
    private readonly ring: ApiKeyRing,
    private readonly registry: Registry,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly forms: Forms,
    private readonly ids: Ids,
  ) {}

  @Get()
  @Permit('api-keys.manage', ['employee'])
  async list(@Req() request: PageRequest): Promise<Page> {
    const { reader } = request;
    const { id } = networkOf(request);
    await this.models.settled(apiKeyList, this.positions.of(request));
    const found = await this.models.find<ApiKeyListItem>(apiKeyList, { filter: { network: id }, sort: ['-createdAt', 'id'], limit: 200 });
    const used = await this.ring.lastUsed(found.map((each) => each.id));
    const keys = found.map(({ id: keyId, name, prefix, scopes, status, createdAt }) => ({
      id: keyId,
      name,
      prefix,
      scopes: scopes.join(', '),
      createdAt,
      revoked: status === 'revoked',
      usedAt: used.has(keyId) ? new Date(used.get(keyId)!).toISOString() : undefined,
      status: status === 'active' ? 'active' : 'voided',
      statusLabel: reader.t(`network.api-keys.status.${status}`),
    }));
    return new Page('network/features/api-keys', { title: reader.t('network.api-keys.title'), keys });
  }

  @Get('new')
  @Permit('api-keys.manage', ['employee'])
  blank(@Req() request: PageRequest): Page {
    return this.newPage(request, new Form({ once: this.ids.uuid() }));
  }

  /** The one answer that shows the key: a page and no redirect, since nothing keeps it until a next request. */
  @Post()
  @Permit('api-keys.manage', ['employee'])
  create(@Req() request: PageRequest): Promise<Page | SeeOther> {
    const { reader } = request;
    const { id: network, slug } = networkOf(request);
    return this.forms.handle(request, NewApiKeyForm, {
      then: async ({ name, scopes, once }) => {
        const id = this.ids.derived('key', network, 'create-api-key', once);
        const key = newKey(this.ids);
        const { permissions } = request.caller as EmployeeCaller;
        const { facts, position } = await this.commands.execute<CreateApiKey, ApiKeyChange>(
          new CreateApiKey(this.contexts.once(request), id, name, scopes, permissions, key),
        );
        if (facts.length === 0) return new SeeOther(`/n/${slug}/api-keys`, { flash: 'network.flash.key-there', position });
        return new Page('network/features/api-key-created', { title: reader.t('network.api-keys.created', { name }), key });
      },
      again: (form) => this.newPage(request, form),
      fieldOf: { 'scopes-missing': 'scopes', 'scope-not-yours': 'scopes' },
    });
  }

  @Post(':id/revocation')
  @Permit('api-keys.manage', ['employee'])
  revoke(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, NothingInput, {
      then: async () => {
        const { position } = await this.commands.execute<RevokeApiKey, ApiKeyChange>(new RevokeApiKey(this.contexts.once(request), id));
        return new SeeOther(`/n/${networkOf(request).slug}/api-keys`, { flash: 'network.flash.key-revoked', position });
      },
      again: () => {
        throw new Rejection('not-found');
      },
    });
  }

  private newPage(request: PageRequest, form: Form): Page {
    const { reader } = request;
    const { permissions } = request.caller as EmployeeCaller;
    const chosen = [form.field('scopes').value ?? []].flat();
    const scopes = this.registry.permissions
      .filter((each) => permissions.has(each))
      .map((value) => ({
        value,
        label: reader.has(`network.permission.${value}`) ? reader.t(`network.permission.${value}`) : value,
        checked: chosen.includes(value),
      }));
    return new Page('network/features/new-api-key', { title: reader.t('network.api-keys.new'), form, scopes });
  }
}
