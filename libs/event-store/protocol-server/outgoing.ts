import type { ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js';

type Call<Q, A> = ServerWritableStream<Q, A> | ServerDuplexStream<Q, A>;

/** The sending side of a streaming call: waits while the client is slower than we, ends quietly when the client is gone. */
export class Outgoing<A> {
  private gone = false;
  private readonly onGone: (() => void)[] = [];
  private draining: Promise<void> | undefined;
  private wake: () => void = () => undefined;

  constructor(private readonly call: Call<unknown, A>) {
    const leave = (): void => {
      if (this.gone) return;
      this.gone = true;
      this.wake();
      for (const wake of this.onGone.splice(0)) wake();
    };
    call.on('cancelled', leave);
    call.on('close', leave);
    call.on('error', leave);
  }

  /** True once nobody listens any more. */
  get closed(): boolean {
    return this.gone || this.call.cancelled;
  }

  /** True while the client has not taken what was sent before. */
  get isFull(): boolean {
    return this.draining !== undefined;
  }

  /** Called once, when the client is gone. */
  whenClosed(wake: () => void): void {
    if (this.closed) wake();
    else this.onGone.push(wake);
  }

  /** Resolves when the next message may be sent: at once, or when the client has taken what was sent before. */
  async send(message: A): Promise<void> {
    if (this.closed || this.call.write(message)) return;
    // One wait for all who send meanwhile: a slow client costs one listener, however many answers are on their way.
    this.draining ??= new Promise<void>((resolve) => {
      this.wake = () => {
        this.call.off('drain', this.wake);
        this.draining = undefined;
        resolve();
      };
      this.call.once('drain', this.wake);
    });
    await this.draining;
  }
}
