import { Injectable } from '@nestjs/common';
import type { CommandContext } from '../../kernel/event-sourcing';
import { Ids } from '../../platform/ids';
import type { EmployeeCaller } from '../../platform/security/caller';
import { CommandContexts } from '../../platform/web/contexts';
import { Pattern } from '../../platform/web/input';
import type { PageNetwork, PageRequest } from '../../platform/web/page';

/** A request of a page under `/n/{slug}` that the guard let an employee through to. */
export type CardPageRequest = PageRequest & { caller: EmployeeCaller; network: PageNetwork };

/** The hidden field of a form that must not do its work twice; made with the page. */
export const Once = (): PropertyDecorator => Pattern('^[0-9a-f-]{36}$', 'input.format', { most: 36 });

export interface FormContext {
  readonly context: CommandContext;
  /** The id of what this form makes: the same each time the form is sent. */
  id(prefix: string): string;
}

/** Contexts of forms that move money or make a card: pressed twice or reloaded, they are one command. */
@Injectable()
export class FormContexts {
  constructor(
    private readonly contexts: CommandContexts,
    private readonly ids: Ids,
  ) {}

  /** For a fresh form's hidden field. */
  once(): string {
    return this.ids.uuid();
  }

  /** The content counts too: whoever goes back and enters another amount means another command. */
  of(request: CardPageRequest, operation: string, input: { readonly once: string }): FormContext {
    const { id: network } = request.network;
    const key = JSON.stringify([request.caller.id, request.url, input]);
    const context = { ...this.contexts.once(request), commandId: this.ids.derived('cmd', network, operation, key) };
    return { context, id: (prefix) => this.ids.derived(prefix, network, operation, key) };
  }
}
