import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Body, Controller, HttpCode, type INestApplication, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import Database from 'better-sqlite3';
import pino from 'pino';
import { valid } from '@waymark/core/fields';
import { byToken, signToken } from '@waymark/governance/access';
import { AssignRole, RegisterPerson } from '@waymark/modules/people';
import { acceptedTokens, localTokenKey, Platform } from '@waymark/platform';
import { EVENTS_SCHEMA } from '@waymark/stores/sqlite/events/domain';
import { DURABLE, INSERT_EVENT } from '@waymark/stores/sqlite/events/sqlite-event-store';
import { createApp } from '../../apps/api/app.module';
import { PROGRAMME } from './programme-files';

/**
 * A process that serves Waymark alone, as an api, or as the worker beside an api; or a bare NestJS endpoint that inserts one
 * row. It runs until it is told to stop.
 */

const [, , kind, data = ''] = process.argv;

const metadata = JSON.stringify({
  on: '2025-11-03',
  recordedAt: '2025-11-03T16:00:00.000Z',
  schema: 1,
  actor: 'anonymous',
  subject: randomUUID(),
  correlation: randomUUID(),
  causation: randomUUID(),
  command: { id: randomUUID(), hash: '0123456789abcdef0123456789abcdef' },
});

@Controller()
class BareController {
  private readonly insert: Database.Statement;

  constructor() {
    const db = new Database(join(data, 'bare.sqlite'));
    for (const pragma of DURABLE) db.pragma(pragma);
    db.exec(EVENTS_SCHEMA);
    this.insert = db.prepare(INSERT_EVENT);
  }

  @Post('insert')
  @HttpCode(200)
  post(@Body() body: object): object {
    const { lastInsertRowid } = this.insert.run(
      `journey-${randomUUID()}`,
      0,
      randomUUID(),
      'BarrierFound',
      JSON.stringify(body),
      metadata,
    );
    return { position: Number(lastInsertRowid) };
  }
}

@Module({ controllers: [BareController] })
class BareModule {}

async function waymark(): Promise<INestApplication> {
  const platform = await Platform.open({ data, work: kind !== 'api' });
  if (kind !== 'api') await platform.work();
  if (kind !== 'worker') await employ(platform);
  const { verify } = acceptedTokens({ data, production: false });
  return createApp({
    platform,
    identify: byToken(verify, platform.people),
    log: pino({ level: process.env['WAYMARK_LOG'] ?? 'silent' }),
  });
}

const SUBJECT = 'bench';

/** A person with the roles that the measured requests need. */
async function employ({ submitter }: Platform): Promise<void> {
  if ((await submitter.holder('subject', SUBJECT)) !== undefined) return;
  const id = randomUUID();
  const send = (command: object) => submitter.submit({ module: 'person', id, command, actor: 'bench' });
  await send(valid(RegisterPerson, { subject: SUBJECT, name: SUBJECT }));
  for (const given of [
    { role: 'programme-administrator', programme: PROGRAMME },
    { role: 'data-protection-officer' },
    { role: 'operations' },
  ])
    await send(valid(AssignRole, { assignment: randomUUID(), from: '2025-01-01', ...given }));
}

async function main(): Promise<void> {
  const app: INestApplication =
    kind === 'bare' ? await NestFactory.create(BareModule, { logger: false }) : await waymark();
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  process.stdout.write(
    `${JSON.stringify({ port, token: kind === 'bare' ? '' : await signToken(localTokenKey(data), SUBJECT, 3_600) })}\n`,
  );
}

void main();
