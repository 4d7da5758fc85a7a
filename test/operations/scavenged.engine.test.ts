import { EventStoreDBClient } from '@eventstore/db-client';
import { shortfallOf, verifyLog } from '@waymark/core/log';
import { checkRelease } from '@waymark/operations';
import { Platform } from '@waymark/platform';
import { newEvent } from '../support/events';
import { startStandIn } from '../support/eventstoredb/start';
import { afterwards, temporaryDirectory } from '../support/stores';

const STREAMS = ['projection-x', 'projection-y', 'projection-z'];

it('after a scavenge of deleted streams, check, verification and a rebuild say what is missing', async () => {
  const server = await startStandIn();
  const client = EventStoreDBClient.connectionString(server.url);
  const faults: unknown[] = [];
  const platform = await Platform.open({
    data: temporaryDirectory(),
    engines: { events: server.url },
    onFault: (_what, reason, fault) => faults.push([reason, fault]),
  });
  afterwards(() => Promise.all([platform.close(), client.dispose()]));
  for (const stream of STREAMS)
    await platform.events.append(stream, 'none', [newEvent('EventSkipped'), newEvent('EventSkipped')]);
  expect(await platform.sealLog()).toMatchObject({ sealed: 6 });
  const codes = async () =>
    (await checkRelease(platform)).findings.flatMap(({ effect, code }) =>
      effect === 'blocks' ? [code] : [],
    );
  expect(await codes()).toEqual([]);

  await client.deleteStream('projection-y');
  expect(await codes()).toEqual(['STREAMS_HIDDEN']);
  expect(await shortfallOf(platform.stores.events)).toBeUndefined();
  server.log.scavenge();
  expect(await codes()).toEqual(['STREAMS_HIDDEN', 'SEALED_EVENTS_MISSING']);
  expect(await shortfallOf(platform.stores.events)).toMatchObject({ sealed: 6, found: 4, seal: 1 });
  const { fault, hidden } = await verifyLog(platform.stores.events);
  expect([fault?.kind, hidden.map(({ stream }) => stream)]).toEqual(['HIDDEN', ['projection-y']]);

  await platform.rebuilder.plan(['caseload']);
  await platform.rebuilder.run(['caseload']);
  expect(faults).toContainEqual([
    expect.stringMatching(/^the log has 4 of the 6 events/),
    { event: 'log.incomplete', sealed: 6, found: 4 },
  ]);
});
