import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Registry } from '../registry';
import type { PageNetwork } from './page';
import { languageOf, Reader, type Language } from './reader';

type WithCookies = { cookies?: Record<string, string | undefined> };

/** Makes readers: for a request, for an e-mail, for the command line. */
@Injectable()
export class Readers {
  constructor(private readonly registry: Registry) {}

  of(language: Language, timeZone: string): Reader {
    return new Reader(language, timeZone, this.registry.messages, this.registry.rejections);
  }

  /** A page's reader: what was asked for, else the browser's language, else the network's. */
  ofPage(request: FastifyRequest, network: PageNetwork | undefined): Reader {
    const asked = (request.query as { lang?: string } | undefined)?.lang;
    const language = languageOf(
      asked,
      (request as WithCookies).cookies?.lang,
      request.headers['accept-language'],
      network?.language ?? 'en',
    );
    return this.of(language, network?.timeZone ?? 'UTC');
  }

  /** The API's: Accept-Language only; times are UTC. */
  ofHeaders(request: FastifyRequest): Reader {
    return this.of(languageOf(undefined, undefined, request.headers['accept-language'], 'en'), 'UTC');
  }
}
