/**
 * The stand-in as a separate process, for tests whose programs are processes too. It reports its address, and
 * then runs orders: the name of a {@link StandIn} method with its arguments.
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

/** An order to the process. */
export type Order = { [Name in keyof Orders]: [name: Name, ...args: Rest<Orders[Name]>] }[keyof Orders];

/** Entry point of the process: stores its log in `file`, and listens on `port`, or on any free port. */
export function run(file: string, port = '0'): void {
  const server = new StandIn({ log: new Log(file), port: Number(port) });
  process.on('message', ([name, ...args]: Order) => {
    const carryOut = orders[name] as (on: StandIn, ...args: unknown[]) => unknown;
    void Promise.resolve(carryOut(server, ...args)).then(() => process.send!('done'));
  });
  void server.listen().then(() => process.send!(server.url));
}
