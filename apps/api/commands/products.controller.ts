import { Body, Controller, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { ProductId } from '../../../libs/domain/shared/ids.js';
import type { Call } from '../http/call.js';
import { Calling } from '../http/call.js';
import { checked } from '../http/checked.pipe.js';
import { PathId } from '../http/path-id.js';
import { RegisterProductBody, SetListPriceBody } from './bodies/catalogue.bodies.js';
import { RenameBody } from './bodies/company.bodies.js';
import { moneyOf, said } from './bodies/shared.bodies.js';
import type { CommandAnswer } from './command-answer.js';
import { CommandGate } from './command-gate.js';
import { CommandRoute } from './command-route.js';
import { newStreamId } from './new-stream-id.js';

type Answer = Promise<CommandAnswer>;

@ApiTags('products')
@Controller('v1/products')
export class ProductsController {
  constructor(@Inject(CommandGate) private readonly gate: CommandGate) {}

  @Post()
  @CommandRoute({ command: 'RegisterProduct', summary: 'Something that we sell.', body: RegisterProductBody, creates: true })
  register(@Calling() call: Call, @Body(checked(RegisterProductBody)) body: RegisterProductBody): Answer {
    const id = body.id ?? (newStreamId(call, 'RegisterProduct') as ProductId);
    const { listPrice, ...rest } = said(body);
    return this.gate.run(call, body, {
      type: 'RegisterProduct',
      ...rest,
      ...(listPrice === undefined ? {} : { listPrice: moneyOf(listPrice) }),
      id,
    });
  }

  @Post(':id/rename')
  @CommandRoute({ command: 'RenameProduct', summary: 'The product has another name.', body: RenameBody })
  rename(@PathId() id: ProductId, @Calling() call: Call, @Body(checked(RenameBody)) body: RenameBody): Answer {
    return this.gate.run(call, body, { type: 'RenameProduct', id, ...said(body) });
  }

  @Post(':id/set-list-price')
  @CommandRoute({ command: 'SetListPrice', summary: 'From effectiveAt on at this price; null: no longer listed.', body: SetListPriceBody })
  setListPrice(@PathId() id: ProductId, @Calling() call: Call, @Body(checked(SetListPriceBody)) body: SetListPriceBody): Answer {
    return this.gate.run(call, body, { type: 'SetListPrice', id, listPrice: body.listPrice && moneyOf(body.listPrice) });
  }
}
