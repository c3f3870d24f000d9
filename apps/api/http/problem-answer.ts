import { ApiProperty } from '@nestjs/swagger';

class FaultAnswer {
  @ApiProperty({ example: 'value.amount' })
  path!: string;
  @ApiProperty({ example: 'must be a plain decimal with at most 2 places, as text, such as "1250.00"' })
  message!: string;
}

/** RFC 9457, as OpenAPI shows it. */
export class ProblemAnswer {
  @ApiProperty({ example: 'urn:dealtrail:problem:deal/not-open' })
  type!: string;
  @ApiProperty({ example: 'Conflict' })
  title!: string;
  @ApiProperty({ example: 409 })
  status!: number;
  @ApiProperty({ description: 'Stable, for programs.', example: 'deal/not-open' })
  code!: string;
  @ApiProperty({ description: 'One line for people.' })
  detail!: string;
  @ApiProperty({ type: () => FaultAnswer, isArray: true, required: false })
  errors?: FaultAnswer[];
  @ApiProperty({ description: 'What would have been legal.', required: false, type: 'array', items: { type: 'string' } })
  legal?: string[];
}
