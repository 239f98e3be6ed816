import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CommandContext } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import { Clock } from '../clock';
import { Ids } from '../ids';
import { actorOf, anonymous, type Caller } from '../security/caller';
import { Vault } from '../security/vault';
import { keyedDigest } from './keyed-digest';
import { Positions } from './positions';

type AnyRequest = FastifyRequest & { caller?: Caller };

export interface ContextOptions {
  /** The network of a caller that belongs to none (a visitor); others act in their own. */
  readonly network?: string;
}

/** What an answer says beside its body. */
export interface Outcome {
  readonly position: number;
  readonly replayed: boolean;
}

/** How a request becomes the context of a command: who, when, and under which id for ever (engine 3). */
@Injectable()
export class CommandContexts {
  private readonly content: (text: string) => string;

  constructor(
    private readonly clock: Clock,
    private readonly ids: Ids,
    vault: Vault,
    private readonly positions: Positions,
  ) {
    this.content = keyedDigest(vault, 'idempotency', 'request');
  }

  /**
   * The context of a command that must not happen twice: its id derives from network, operation, what the path names and
   * `Idempotency-Key` (so one key may be used for two cards), its request hash from the URL and the body. `operation` is a stable
   * word (`create-gift-card`); entity ids come from `idFor`.
   * @throws Rejection `idempotency-key-missing`, `idempotency-key-unusable`
   */
  idempotent(request: AnyRequest, operation: string, options: ContextOptions = {}): CommandContext {
    const network = networkOf(request, options);
    const commandId = this.ids.derived('cmd', network, `${operation} ${resourceOf(request)}`, idempotencyKey(request));
    return this.context(request, network, commandId, this.content(`${operation}\n${request.url}\n${JSON.stringify(request.body ?? null)}`));
  }

  /** The context of a command whose repeat is harmless or impossible (an edit with If-Match, a form that redirects). */
  once(request: AnyRequest, options: ContextOptions = {}): CommandContext {
    return this.context(request, networkOf(request, options), this.ids.next('cmd'));
  }

  /** The id of the entity that an idempotent command makes, from the command's own: a repeat finds the first one. */
  idFor({ commandId }: CommandContext, prefix: string): string {
    return prefix + commandId.slice(commandId.indexOf('_'));
  }

  /** Sets `Largesse-Position` (for read-your-writes) and, on a repeat, `Idempotency-Replayed: true`. */
  answer(reply: FastifyReply, outcome: Outcome): void {
    reply.header('largesse-position', this.positions.seal(outcome.position));
    if (outcome.replayed) reply.header('idempotency-replayed', 'true');
  }

  /** Written out in one piece: an object that is spread and then added to costs twenty times as much. */
  private context(request: AnyRequest, network: string, commandId: string, requestHash?: string): CommandContext {
    const { id } = request;
    const actor = actorOf(request.caller ?? anonymous);
    return { network, actor, commandId, at: this.clock.now(), correlation: id, requestId: id, requestHash };
  }
}

/** @throws Error when neither the caller nor the route names a network: a route that forgot to say */
function networkOf(request: AnyRequest, options: ContextOptions): string {
  const { caller } = request;
  const own = caller && caller.kind !== 'anonymous' ? caller.network : undefined;
  const network = own ?? options.network;
  if (!network) throw new Error(`${request.routeOptions.url} has a command without a network`);
  return network;
}

/** What the path names, as the router decoded it: however a client writes it, it is the same card. */
const resourceOf = ({ params }: AnyRequest): string => Object.values((params ?? {}) as Record<string, string>).join('/');

function idempotencyKey(request: AnyRequest): string {
  const key = request.headers['idempotency-key'];
  if (key === undefined || key === '') throw new Rejection('idempotency-key-missing');
  if (typeof key !== 'string' || key.length > 255 || !/^[\x21-\x7e]+$/.test(key)) throw new Rejection('idempotency-key-unusable');
  return key;
}
