import type { experimental } from '@grpc/grpc-js';

type Listener = experimental.IdentityCertificateUpdateListener;
interface Shown {
  /** PEM. */
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
}

/** The certificate that new connections are shown; those that stand keep theirs. */
export class Certificate implements experimental.CertificateProvider {
  private readonly listeners = new Set<Listener>();

  constructor(private shown: Shown) {}

  renew(shown: Shown): void {
    this.shown = shown;
    for (const listener of this.listeners) this.tell(listener);
  }

  addIdentityCertificateListener(listener: Listener): void {
    this.listeners.add(listener);
    process.nextTick(() => this.tell(listener)); // grpc-js listens before it knows whom to tell
  }

  removeIdentityCertificateListener(listener: Listener): void {
    this.listeners.delete(listener);
  }

  /** Clients show no certificates: there is no authority to tell. */
  addCaCertificateListener(): void {}
  removeCaCertificateListener(): void {}

  private tell(listener: Listener): void {
    listener({ certificate: this.shown.certificate, privateKey: this.shown.privateKey });
  }
}
