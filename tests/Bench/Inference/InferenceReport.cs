using ModelServing.Bench.Routing;

namespace ModelServing.Bench.Inference;

/// <summary>Inference services, compared with the first of them.</summary>
/// <param name="Servers">The figures of each.</param>
/// <param name="Ratios">Requests per second of each but the first, divided by the first one's in the same round.</param>
/// <param name="ProcessorRatios">Processor time per request of each but the first, divided likewise.</param>
internal sealed record InferenceReport(
    IReadOnlyList<ServerFigures> Servers, IReadOnlyList<Spread> Ratios, IReadOnlyList<Spread> ProcessorRatios);
