/**
 * The stand-in as a process of its own, for tests whose programmes are processes too. It says where it listens, then
 * does what it is told: the name of one of {@link StandIn}'s methods, and its arguments.
 */
import type { AppendFault, Checkpoints } from './faults';
import { Log } from './log';
import { StandIn } from './server';

const orders = {
  cut: (server: StandIn) => server.cut(),
  refuse: (server: StandIn) => server.refuse(),
  listen: (server: StandIn) => server.listen(),
  restart: (server: StandIn) => server.restart(),
  failAppends: (server: StandIn, ...faults: AppendFault[]) => server.failAppends(...faults),
  sendCheckpoints: (server: StandIn, checkpoints: Checkpoints) => server.sendCheckpoints(checkpoints),
  delayAnswers: (server: StandIn, milliseconds: number) => server.delayAnswers(milliseconds),
  writeSystemEvents: (server: StandIn, count: number) => server.writeSystemEvents(count),
} satisfies Record<string, (server: StandIn, ...args: never[]) => unknown>;

type Orders = typeof orders;
type Rest<Call> = Call extends (server: StandIn, ...args: infer Args) => unknown ? Args : never;

/** What the process can be told. */
export type Order = { [Name in keyof Orders]: [name: Name, ...args: Rest<Orders[Name]>] }[keyof Orders];

/** What the process does: keeps its log in `file`, and listens on `port`, or on any that is free. */
export function run(file: string, port = '0'): void {
  const server = new StandIn({ log: new Log(file), port: Number(port) });
  process.on('message', ([name, ...args]: Order) => {
    const carryOut = orders[name] as (on: StandIn, ...args: unknown[]) => unknown;
    void Promise.resolve(carryOut(server, ...args)).then(() => process.send!('done'));
  });
  void server.listen().then(() => process.send!(server.url));
}
