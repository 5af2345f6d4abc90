using ModelServing.Bench.Routing;

namespace ModelServing.Bench.Inference;

/// <summary>The figures of one model under one load. The first server is the one that the others are compared with.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Load">What the load generator did.</param>
/// <param name="Servers">The figures of each server.</param>
/// <param name="Requests">Requests per second of each server, divided by the first one's in the same round.</param>
/// <param name="ProcessorTimes">Processor time per request, divided likewise.</param>
/// <param name="Latencies">The median latency, divided likewise.</param>
/// <param name="OfInProcess">The rows per second with batches, divided by those of ONNX Runtime without a server in calls of as many rows;
/// null for a load of single rows.</param>
internal sealed record BatchingReport(
    string Model,
    LoadShape Load,
    IReadOnlyList<ServerFigures> Servers,
    IReadOnlyList<Spread> Requests,
    IReadOnlyList<Spread> ProcessorTimes,
    IReadOnlyList<Spread> Latencies,
    Spread? OfInProcess);
