import { Delete, Get, Param, Patch, Post, Put, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { reveal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { Streams } from '../../platform/event-store/streams';
import { Permit } from '../../platform/security/permit';
import { Vault } from '../../platform/security/vault';
import { ApiController, Input, Operation, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import type { Listed } from '../../platform/web/cursors';
import { Id, Line, Time } from '../../platform/web/input';
import { location, type Location } from '../domain/location';
import { AddClerk, ChangeClerkPin, RemoveClerk, RenameClerk, type ClerksChange } from './clerk-commands';
import { Pin } from './clerk-pins';
import { ownLocation } from './own-location';

export class ClerkNameInput {
  @Line(60, { description: 'As receipts show it', example: 'June' }) name!: string;
}

export class ClerkPinInput {
  @Pin() pin!: string;
}

export class AddClerkInput extends ClerkNameInput {
  @Pin() pin!: string;
}

/** Who stands at a location's counter. Nothing tells the PIN. */
export class ClerkAnswer {
  @Id('clk') id!: string;
  @Line(60, { description: 'Empty when the person was erased', example: 'June' }) name!: string;
  @Time() addedAt!: string;
}

const example = { id: 'clk_01JD8Z4M2Q7RXK3V5T9WBN6CHG', name: 'June', addedAt: '2026-11-22T15:30:00.000Z' };

@ApiController('locations/:id/clerks')
export class ClerksApi {
  constructor(
    private readonly streams: Streams,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly vault: Vault,
  ) {}

  @Post()
  @Permit('clerks.manage', ['apiKey'])
  @Operation({
    id: 'addClerk',
    summary: 'Add a clerk to a location',
    description:
      'Where the network asks clerks for their PIN, the redemption screen takes it and receipts show the name. A location has 50. ' +
      'The PIN is kept as a keyed hash only; a repeat answers the first outcome and leaves the PIN that there is.',
    idempotent: true,
    example: { name: 'June', pin: '7302' },
    answer: ClerkAnswer,
    answerExample: example,
    refusals: ['clerks-full', 'clerk-name-taken', 'clerk-pin-taken', 'clerk-pin-simple', 'location-closed'],
  })
  async add(
    @Param('id') id: string,
    @Input() { name, pin }: AddClerkInput,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<ClerkAnswer> {
    ownLocation(request.caller, id);
    const context = this.withoutPin(this.contexts.idempotent(request, 'add-clerk'), name);
    const clerkId = this.contexts.idFor(context, 'clk');
    const change = await this.run(reply, new AddClerk(context, id, { clerkId, name, pin }));
    reply.header('location', `/v1/locations/${id}/clerks/${clerkId}`);
    return clerkIn(change.state, clerkId);
  }

  @Get()
  @Permit('clerks.manage', ['apiKey'])
  @Operation({
    id: 'listClerks',
    summary: 'List the clerks of a location',
    description: 'All of them, in the order in which they were added, in one page.',
    answer: { listOf: ClerkAnswer },
    answerExample: { data: [example], next: null },
  })
  async list(@Param('id') id: string, @Req() request: ApiRequest): Promise<Listed<ClerkAnswer>> {
    ownLocation(request.caller, id);
    const { network } = this.contexts.once(request);
    const { state } = await this.streams.state(network, `location-${id}`, location);
    if (state.status === 'unknown') throw new Rejection('not-found');
    return { data: state.clerks.map((clerk) => clerkIn(state, clerk.id)), next: null };
  }

  @Patch(':clerk')
  @Permit('clerks.manage', ['apiKey'])
  @Operation({
    id: 'renameClerk',
    summary: 'Rename a clerk',
    description: 'What was redeemed before keeps the name of then.',
    example: { name: 'June B.' },
    answer: ClerkAnswer,
    answerExample: { ...example, name: 'June B.' },
    refusals: ['clerk-name-taken', 'location-closed'],
  })
  async rename(
    @Param('id') id: string,
    @Param('clerk') clerkId: string,
    @Input() { name }: ClerkNameInput,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<ClerkAnswer> {
    ownLocation(request.caller, id);
    return clerkIn((await this.run(reply, new RenameClerk(this.contexts.once(request), id, clerkId, name))).state, clerkId);
  }

  @Put(':clerk/pin')
  @Permit('clerks.manage', ['apiKey'])
  @Operation({
    id: 'resetClerkPin',
    summary: 'Give a clerk another PIN',
    description: 'The one before stops working at once.',
    example: { pin: '849206' },
    answer: ClerkAnswer,
    answerExample: example,
    refusals: ['clerk-pin-taken', 'clerk-pin-simple', 'location-closed'],
  })
  async reset(
    @Param('id') id: string,
    @Param('clerk') clerkId: string,
    @Input() { pin }: ClerkPinInput,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<ClerkAnswer> {
    ownLocation(request.caller, id);
    return clerkIn((await this.run(reply, new ChangeClerkPin(this.contexts.once(request), id, clerkId, pin))).state, clerkId);
  }

  @Delete(':clerk')
  @Permit('clerks.manage', ['apiKey'])
  @Operation({
    id: 'removeClerk',
    summary: 'Remove a clerk',
    description: 'The PIN stops working at once; receipts keep the name. Removing twice is as good as once.',
  })
  async remove(
    @Param('id') id: string,
    @Param('clerk') clerkId: string,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<void> {
    ownLocation(request.caller, id);
    await this.run(reply, new RemoveClerk(this.contexts.once(request), id, clerkId));
  }

  private async run(reply: ApiReply, command: object): Promise<ClerksChange> {
    const change = await this.commands.execute<object, ClerksChange>(command);
    this.contexts.answer(reply, change);
    return change;
  }

  /** The request's hash stands in the log for ever, and a PIN must be forgettable: it is of the name alone. */
  private withoutPin(context: CommandContext, name: string): CommandContext {
    return { ...context, requestHash: this.vault.hash('idempotency', JSON.stringify(['add-clerk', name])) };
  }
}

/** @throws Rejection `not-found` */
function clerkIn(state: Location, clerkId: string): ClerkAnswer {
  const clerk = state.status === 'unknown' ? undefined : state.clerks.find(({ id }) => id === clerkId);
  if (!clerk) throw new Rejection('not-found');
  return { id: clerk.id, name: reveal(clerk.name) ?? '', addedAt: clerk.addedAt };
}
