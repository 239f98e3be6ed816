import { applyDecorators, Controller, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import 'reflect-metadata';
import { PassThrough, type Readable } from 'node:stream';
import { Rejection } from '../../kernel/rejection';
import { ROUTE_INPUTS } from './api';
import type { SchemaClass } from './schema';

/** A body's exact bytes, for routes whose sender signs them. Far more than any notice of a till has. */
export const SIGNED_BODY_LIMIT = 262_144;

type Signed = FastifyRequest & { signedBody?: Buffer };

/**
 * A route whose caller is known by the signature on its body alone: the bytes are kept as they came, nothing is parsed before the
 * handler has checked them, and no cookie counts, so that where the request comes from does not either (origin-guard.ts).
 */
export const SignedBody = (): MethodDecorator => RouteConfig({ signed: true });

/** `@HookController('square')` serves `/hooks/square`: notices of outside services. Errors are problem+json, as under /v1. */
export const HookController = (path: string): ClassDecorator => applyDecorators(Controller(`hooks/${path}`), ApiExcludeController());

export const isSigned = (request: FastifyRequest): boolean =>
  (request.routeOptions.config as { signed?: boolean } | undefined)?.signed === true;

const Bytes = createParamDecorator((_: unknown, context: ExecutionContext): Buffer => {
  const request = context.switchToHttp().getRequest<Signed>();
  return request.signedBody ?? Buffer.alloc(0);
});

/** The bytes of the body. With a class the API's document describes them by it; checking them is the handler's business. */
export const SignedBytes =
  (describedBy?: SchemaClass): ParameterDecorator =>
  (target, method, index) => {
    Bytes()(target, method, index);
    if (!describedBy) return;
    const handler = (target as Record<string | symbol, object>)[method!]!;
    Reflect.defineMetadata(ROUTE_INPUTS, { body: describedBy }, handler);
  };

/** Keeps the bytes of signed bodies and hands the parser an empty object instead. */
export function keepSignedBodies(fastify: FastifyInstance): void {
  fastify.addHook('preParsing', (request, _reply, payload, done) => {
    if (!isSigned(request)) return done(null, payload);
    readAll(payload as Readable, SIGNED_BODY_LIMIT).then((bytes) => {
      (request as Signed).signedBody = bytes;
      done(null, emptyObject(bytes.length));
    }, done);
  });
}

async function readAll(payload: Readable, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    if ((length += chunk.length) > most) throw new Rejection('input-too-large', { limit: '256 kB' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Fastify compares the length that was announced with the one that a stream says it received. */
function emptyObject(received: number): Readable {
  const stream = Object.assign(new PassThrough(), { receivedEncodedLength: received });
  stream.end('{}');
  return stream;
}
