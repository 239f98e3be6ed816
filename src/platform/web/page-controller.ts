import {
  applyDecorators,
  Controller,
  Injectable,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { mergeMap, type Observable } from 'rxjs';
import { Page, SeeOther, type PageRequest } from './page';
import { Positions } from './positions';
import { Flashes } from './flashes';
import { Views } from './views';

/** Turns what a page's handler returns into an answer. Bound by `@PageController`, so API routes never pay for it. */
@Injectable()
export class PageRenderer implements NestInterceptor {
  constructor(
    private readonly views: Views,
    private readonly positions: Positions,
    private readonly flashes: Flashes,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<PageRequest>();
    const reply = http.getResponse<FastifyReply>();
    return next.handle().pipe(mergeMap(async (result: unknown) => this.answer(request, reply, result)));
  }

  private async answer(request: PageRequest, reply: FastifyReply, result: unknown): Promise<unknown> {
    if (result instanceof Page) return this.views.send(request, reply, result);
    if (!(result instanceof SeeOther)) return result;
    const { flash, values, position } = result.options;
    if (position) this.positions.remember(reply, position);
    if (flash) this.flashes.leave(reply, { key: flash, values: values ?? {} });
    reply.code(303).header('location', result.location);
    return '';
  }
}

/**
 * `@PageController('n/:slug/gift-cards')`: handlers return a `Page` or a `SeeOther`; everything else is sent as it is.
 * Paths are whole; page routes are no part of the API's document.
 */
export const PageController = (path: string): ClassDecorator =>
  applyDecorators(Controller(path), UseInterceptors(PageRenderer), ApiExcludeController());
