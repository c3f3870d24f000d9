/** Keeps so many of all that is offered, each with the same chance, however many there will be. */
export class Drawn<T> {
  readonly kept: T[] = [];
  private offered = 0;

  constructor(
    private readonly size: number,
    private readonly random: (below: number) => number,
  ) {}

  offer(what: T): void {
    this.offered += 1;
    if (this.kept.length < this.size) this.kept.push(what);
    else {
      const place = this.random(this.offered);
      if (place < this.size) this.kept[place] = what;
    }
  }
}
