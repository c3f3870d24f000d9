import { Metadata, status } from '@grpc/grpc-js';
import { serviceError } from './refusals.js';

/** A streaming call of any kind, as far as its end is concerned. */
interface StreamingCall {
  readonly cancelled: boolean;
  emit(event: 'error', error: Error): boolean;
  end(): unknown;
  once(event: 'close' | 'cancelled' | 'end' | 'finish', listener: () => void): unknown;
}

/** The streaming calls that are open, so that a stopping server ends them as the real one does: with CANCELLED. */
export class OpenCalls {
  private readonly calls = new Set<StreamingCall>();
  private readonly subscriptions = new Set<StreamingCall>();

  /** Clients that follow, alone or as a group's. */
  get subscribers(): number {
    return this.subscriptions.size;
  }

  /** The call is one that follows; until it ends. */
  subscribes(call: StreamingCall): void {
    this.subscriptions.add(call);
    for (const end of ['close', 'cancelled', 'finish'] as const) call.once(end, () => this.subscriptions.delete(call));
  }

  /** Answers a call and ends it; what `answer` throws ends it with that. */
  async run(call: StreamingCall, answer: () => Promise<void>): Promise<void> {
    this.track(call);
    try {
      await answer();
      if (!call.cancelled && this.calls.has(call)) call.end();
    } catch (error) {
      if (!call.cancelled && this.calls.has(call)) call.emit('error', serviceError(error));
    } finally {
      this.calls.delete(call);
      this.subscriptions.delete(call);
    }
  }

  /** Starts a call that ends by itself. */
  async keep(call: StreamingCall, start: () => Promise<void>): Promise<void> {
    this.track(call);
    try {
      await start();
    } catch (error) {
      if (!this.calls.has(call)) return;
      this.calls.delete(call);
      this.subscriptions.delete(call);
      call.emit('error', serviceError(error));
    }
  }

  cancelAll(): void {
    const stopping = { code: status.CANCELLED, details: 'the server is shutting down', metadata: new Metadata() };
    for (const call of [...this.calls]) {
      this.calls.delete(call);
      this.subscriptions.delete(call);
      call.emit('error', Object.assign(new Error(stopping.details), stopping));
    }
  }

  private track(call: StreamingCall): void {
    this.calls.add(call);
    for (const end of ['close', 'cancelled', 'finish'] as const) call.once(end, () => this.calls.delete(call));
  }
}
