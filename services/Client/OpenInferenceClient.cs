using System.Diagnostics;
using ModelServing.OpenInference.Calls;
using ModelServing.OpenInference.Errors;
using ModelServing.OpenInference.Infer;
using ModelServing.OpenInference.Metadata;
using ModelServing.OpenInference.Rest;
using ModelServing.OpenInference.Rpc;

namespace ModelServing.OpenInference;

/// <summary>
/// Calls a server of the Open Inference Protocol v2. It can be used by many threads at once, and should live as long as its program,
/// because it keeps connections open. A call that gets no answer throws <see cref="OpenInferenceException"/>; one that its caller cancels
/// throws <see cref="OperationCanceledException"/>. Requests carry the current <see cref="Activity"/> as <c>traceparent</c>.
/// </summary>
public sealed class OpenInferenceClient : IDisposable
{
    /// <summary>The name of the source of activities: one for each call.</summary>
    public const string ActivitySourceName = "ModelServing.OpenInference";

    private static readonly ActivitySource Source = new(ActivitySourceName);

    private readonly OpenInferenceOptions options;
    private readonly ITransport transport;
    private readonly CallRunner runner;

    /// <param name="server">The server's address, without <c>v2</c>, as in <c>http://localhost:8000</c>.</param>
    /// <param name="options">How the server is called.</param>
    public OpenInferenceClient(Uri server, OpenInferenceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        this.options = options ?? new OpenInferenceOptions();
        runner = new CallRunner(this.options.Retry, this.options.Time, Random.Shared.NextDouble);
        transport = this.options.Format == WireFormat.Grpc
            ? new RpcTransport(server, this.options)
            : new RestTransport(server, this.options);
    }

    public void Dispose() => transport.Dispose();

    /// <summary>Asks whether the server runs.</summary>
    public Task<bool> IsServerLiveAsync(CancellationToken cancellation = default) =>
        CallAsync("live", null, null, transport.IsServerLiveAsync, cancellation);

    /// <summary>Asks whether the server and all of its models can answer.</summary>
    public Task<bool> IsServerReadyAsync(CancellationToken cancellation = default) =>
        CallAsync("ready", null, null, transport.IsServerReadyAsync, cancellation);

    /// <summary>Asks whether a model can answer. One that the server does not have can't.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="version">Its version; by default the server chooses.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public Task<bool> IsModelReadyAsync(string model, string? version = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        return CallAsync("ready", model, null, (left, token) => transport.IsModelReadyAsync(model, version, left, token), cancellation);
    }

    /// <summary>Asks what the server says about itself.</summary>
    public Task<ServerMetadata> GetServerMetadataAsync(CancellationToken cancellation = default) =>
        CallAsync("metadata", null, null, transport.GetServerMetadataAsync, cancellation);

    /// <summary>Asks what the server says about a model.</summary>
    /// <inheritdoc cref="IsModelReadyAsync" path="/param"/>
    public Task<ModelMetadata> GetModelMetadataAsync(string model, string? version = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        return CallAsync(
            "metadata", model, null, (left, token) => transport.GetModelMetadataAsync(model, version, left, token), cancellation);
    }

    /// <summary>Asks a model. The memory of the request's tensors must not change until the call ends.</summary>
    public Task<InferResult> InferAsync(InferRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CallAsync(
            "infer", request.Model, request.Timeout, (left, token) => transport.InferAsync(request, left, token), cancellation);
    }

    private async Task<T> CallAsync<T>(
        string action,
        string? model,
        TimeSpan? timeout,
        Func<TimeSpan?, CancellationToken, Task<T>> send,
        CancellationToken cancellation)
    {
        using var activity = Source.StartActivity(model is null ? action : $"{action} {model}", ActivityKind.Internal);
        activity?.SetTag("openinference.model", model);
        try
        {
            return await runner.RunAsync(timeout ?? options.Timeout, send, cancellation);
        }
        catch (OpenInferenceException e)
        {
            activity?.SetTag("error.type", e.Reason ?? e.Fault.ToString());
            activity?.SetTag("openinference.attempts", e.Attempts);
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            throw;
        }
    }
}
