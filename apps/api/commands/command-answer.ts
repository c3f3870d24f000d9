import { ApiProperty } from '@nestjs/swagger';

export class AppendedEventAnswer {
  @ApiProperty({ example: '0192d3a4-7c3e-7b60-9f3c-3c1a5f0e9a11' })
  eventId!: string;
  @ApiProperty({ example: 'StageAdvanced' })
  type!: string;
}

export class CommandAnswer {
  @ApiProperty({ example: 'd-1042' })
  id!: string;
  @ApiProperty({ example: 'deal-d-1042' })
  stream!: string;
  @ApiProperty({ description: 'Of the stream, after the command; also the ETag.', example: 4 })
  revision!: number;
  @ApiProperty({
    description: 'Of the last event; a question with after=<position> answers when it is visible.',
    example: '00000000000000001042',
  })
  position!: string;
  @ApiProperty({ format: 'date-time', example: '2026-03-02T09:30:00.000Z' })
  recordedAt!: string;
  @ApiProperty({ description: 'Empty where the command asked for what is already so.', type: () => AppendedEventAnswer, isArray: true })
  events!: AppendedEventAnswer[];
}

export class RequestAnswer extends CommandAnswer {
  @ApiProperty()
  contactId!: string;
  @ApiProperty()
  companyId!: string;
}
