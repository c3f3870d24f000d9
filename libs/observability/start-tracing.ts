import { trace } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-node';
import { Tracing, wantedIds } from './tracing.js';

/** The SDK is loaded here and nowhere else, so that a process that sends no traces does not carry it. */
export async function startTracing(service: string, processors?: SpanProcessor[]): Promise<Tracing> {
  const { BatchSpanProcessor, NodeTracerProvider, RandomIdGenerator } = await import('@opentelemetry/sdk-trace-node');
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } = await import('@opentelemetry/resources');
  const random = new RandomIdGenerator();
  const provider = new NodeTracerProvider({
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES stand before ours.
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': service }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: processors ?? [new BatchSpanProcessor(await otlpExporter())],
    idGenerator: {
      generateTraceId: () => wantedIds()?.traceId ?? random.generateTraceId(),
      generateSpanId: () => wantedIds()?.spanId ?? random.generateSpanId(),
    },
  });
  provider.register(); // how a span is found again behind an await
  return new Tracing(trace.getTracer('dealtrail'), () => provider.shutdown());
}

/** Address, headers, certificates and time-outs are the OTEL_EXPORTER_OTLP_ variables. */
async function otlpExporter() {
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter();
}
