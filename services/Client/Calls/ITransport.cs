using ModelServing.OpenInference.Infer;
using ModelServing.OpenInference.Metadata;

namespace ModelServing.OpenInference.Calls;

/// <summary>One attempt at each call. <c>left</c> is the time that the call has left, for the server; the token ends with it.</summary>
internal interface ITransport : IDisposable
{
    Task<bool> IsServerLiveAsync(TimeSpan? left, CancellationToken cancellation);

    Task<bool> IsServerReadyAsync(TimeSpan? left, CancellationToken cancellation);

    Task<bool> IsModelReadyAsync(string model, string? version, TimeSpan? left, CancellationToken cancellation);

    Task<ServerMetadata> GetServerMetadataAsync(TimeSpan? left, CancellationToken cancellation);

    Task<ModelMetadata> GetModelMetadataAsync(string model, string? version, TimeSpan? left, CancellationToken cancellation);

    Task<InferResult> InferAsync(InferRequest request, TimeSpan? left, CancellationToken cancellation);
}
