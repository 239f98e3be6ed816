import { Body, Controller, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
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

async function start(): Promise<void> {
  const app = await NestFactory.create<NestFastifyApplication>(EmptyModule, new FastifyAdapter({ logger: false }), { logger: false });
  await app.listen(Number(process.env.PORT ?? 0), '127.0.0.1');
  process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
}

void start();
