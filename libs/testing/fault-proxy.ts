import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

/** A server's address that stays the same while the server dies and comes back elsewhere, and a line to it that can freeze, crawl or break. */
export interface FaultProxy {
  readonly port: number;
  /** Where the server is now; connections that are open are broken. */
  aim(port: number): void;
  /** `frozen`: nothing passes, nothing breaks. `cut`: connections break, new ones are refused. */
  state: 'open' | 'frozen' | 'cut' | { readonly slowMs: number };
  /** Breaks what is open; new connections pass. */
  breakAll(): void;
  /** Breaks what is open as soon as so many more bytes have come from the server: an answer that ends in its midst. Resolves then. */
  breakAfter(bytes: number): Promise<void>;
  close(): Promise<void>;
}

const LOOK_MS = 5;

export async function openFaultProxy(target: number): Promise<FaultProxy> {
  const open = new Set<Socket>();
  let aimedAt = target;
  let state: FaultProxy['state'] = 'open';
  const breakAll = (): void => {
    for (const socket of open) socket.destroy();
  };
  const track = (socket: Socket): Socket => {
    open.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    return socket;
  };
  let bytesLeft = Infinity;
  let broken: () => void = () => undefined;
  const breaksWith = (bytes: number): boolean => {
    bytesLeft -= bytes;
    if (bytesLeft > 0) return false;
    bytesLeft = Infinity;
    breakAll();
    broken();
    return true;
  };
  const pass = (from: Socket, to: Socket, isAnswer: boolean): void => {
    void (async () => {
      for await (const chunk of from) {
        if (isAnswer && breaksWith((chunk as Buffer).length)) break;
        while (state === 'frozen') await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
        if (typeof state === 'object') {
          const { slowMs } = state;
          await new Promise((resolve) => setTimeout(resolve, slowMs));
        }
        if (!to.writable) break;
        to.write(chunk as Buffer); // a socket's chunks are buffers
      }
      to.end();
    })().catch(() => to.destroy());
  };
  const server = createServer((incoming) => {
    track(incoming);
    if (state === 'cut') return void incoming.destroy();
    const outgoing = track(connect(aimedAt, '127.0.0.1'));
    pass(incoming, outgoing, false);
    pass(outgoing, incoming, true);
    incoming.on('close', () => outgoing.destroy());
    outgoing.on('close', () => incoming.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    get state() {
      return state;
    },
    set state(next) {
      state = next;
      if (next === 'cut') breakAll();
    },
    aim: (port) => {
      aimedAt = port;
      breakAll();
    },
    breakAll,
    breakAfter: (bytes) =>
      new Promise((resolve) => {
        broken = resolve;
        bytesLeft = bytes;
      }),
    close: async () => {
      breakAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
