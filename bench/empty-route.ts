import { Body, Controller, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AddressInfo } from 'node:net';
import 'reflect-metadata';

/** The yardstick of bench:deduct: the least that NestJS on Fastify does for a POST that parses JSON and answers JSON. */
@Controller()
class EmptyRoute {
  @Post('v1/gift-cards/:id/deductions')
  deduct(@Body() body: { amount: unknown }): object {
    return { amount: body.amount };
  }
}

@Module({ controllers: [EmptyRoute] })
class EmptyModule {}

export interface Yardstick {
  readonly url: string;
  close(): Promise<void>;
}

export async function startEmptyRoute(): Promise<Yardstick> {
  const app = await NestFactory.create<NestFastifyApplication>(EmptyModule, new FastifyAdapter({ logger: false }), { logger: false });
  await app.listen(0, '127.0.0.1');
  return { url: `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`, close: () => app.close() };
}

/** As a process of its own it prints where it listens, so that the load and the yardstick do not share an event loop. */
if (require.main === module) {
  void startEmptyRoute().then(({ url, close }) => {
    process.stdout.write(`${url}\n`);
    process.on('SIGTERM', () => void close().then(() => process.exit(0)));
  });
}
