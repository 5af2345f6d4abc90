using System.Globalization;
using System.Net;
using ModelServing.OpenInference.Calls;
using ModelServing.OpenInference.Errors;
using ModelServing.OpenInference.Infer;
using ModelServing.OpenInference.Metadata;

namespace ModelServing.OpenInference.Rest;

/// <summary>The protocol over HTTP.</summary>
internal sealed class RestTransport : ITransport
{
    private const string Live = "v2/health/live";
    private const string Ready = "v2/health/ready";
    private const string Server = "v2";

    private readonly Uri address;
    private readonly OpenInferenceOptions options;
    private readonly HttpClient http;

    internal RestTransport(Uri server, OpenInferenceOptions options)
    {
        // Relative to an address without this, the last part of its path would be lost.
        address = new Uri(server.AbsoluteUri.TrimEnd('/') + "/");
        this.options = options;
        http = options.Http ?? OwnConnections.Create();
    }

    public void Dispose()
    {
        if (options.Http is null)
            http.Dispose();
    }

    public Task<bool> IsServerLiveAsync(TimeSpan? left, CancellationToken cancellation) => IsOkAsync(Live, left, cancellation);

    public Task<bool> IsServerReadyAsync(TimeSpan? left, CancellationToken cancellation) => IsOkAsync(Ready, left, cancellation);

    public Task<bool> IsModelReadyAsync(string model, string? version, TimeSpan? left, CancellationToken cancellation) =>
        IsOkAsync(PathOf(model, version) + "/ready", left, cancellation);

    public Task<ServerMetadata> GetServerMetadataAsync(TimeSpan? left, CancellationToken cancellation) =>
        GetAsync(Server, left, MetadataReader.ReadServer, cancellation);

    public Task<ModelMetadata> GetModelMetadataAsync(string model, string? version, TimeSpan? left, CancellationToken cancellation) =>
        GetAsync(PathOf(model, version), left, MetadataReader.ReadModel, cancellation);

    public async Task<InferResult> InferAsync(InferRequest request, TimeSpan? left, CancellationToken cancellation)
    {
        using var message = Message(HttpMethod.Post, PathOf(request.Model, request.Version) + "/infer", left);
        RequestWriter.Write(message, request, options.Format == WireFormat.Binary, left);
        foreach (var (name, value) in request.Headers)
            message.Headers.TryAddWithoutValidation(name, value);
        return await AnsweredAsync(
            message, response => AnswerBody.ReadInferAsync(response, options.MaxAnswerBytes, cancellation), cancellation);
    }

    private static string PathOf(string model, string? version)
    {
        var path = "v2/models/" + Uri.EscapeDataString(model);
        return string.IsNullOrEmpty(version) ? path : $"{path}/versions/{Uri.EscapeDataString(version)}";
    }

    private async Task<T> GetAsync<T>(string path, TimeSpan? left, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellation)
    {
        using var message = Message(HttpMethod.Get, path, left);
        return await AnsweredAsync(
            message,
            async response => read(await AnswerBody.ReadAllAsync(response, options.MaxAnswerBytes, cancellation)),
            cancellation);
    }

    private Task<T> AnsweredAsync<T>(HttpRequestMessage message, Func<HttpResponseMessage, Task<T>> read, CancellationToken cancellation) =>
        SendAsync(
            message,
            async response => response.StatusCode == HttpStatusCode.OK
                ? await read(response)
                : throw await ProblemReader.ReadAsync(response, options.Time, cancellation),
            cancellation);

    private async Task<bool> IsOkAsync(string path, TimeSpan? left, CancellationToken cancellation)
    {
        using var message = Message(HttpMethod.Get, path, left);
        return await SendAsync(
            message,
            async response => response.StatusCode switch
            {
                HttpStatusCode.OK => true,
                // They say nothing about what was asked.
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests =>
                    throw await ProblemReader.ReadAsync(response, options.Time, cancellation),
                _ => false,
            },
            cancellation);
    }

    private async Task<T> SendAsync<T>(HttpRequestMessage message, Func<HttpResponseMessage, Task<T>> read, CancellationToken cancellation)
    {
        HttpResponseMessage? response = null;
        try
        {
            response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return await read(response);
        }
        catch (OpenInferenceException e) when (e.Status is null && response is not null)
        {
            throw Begun(e, response);
        }
        catch (HttpRequestException e)
        {
            throw Begun(TransportFaults.From(e), response);
        }
        catch (IOException e)
        {
            throw Begun(TransportFaults.From(e), response);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new OpenInferenceException(CallFault.DeadlineExceeded, "there was no answer within the time limit of the HTTP client", e);
        }
        finally
        {
            response?.Dispose();
        }
    }

    // The head of an answer says who answered, even if the rest is missing or wrong.
    private static OpenInferenceException Begun(OpenInferenceException e, HttpResponseMessage? response)
    {
        if (response is not null)
        {
            e.Status = (int)response.StatusCode;
            e.Headers = HttpHeaders.Read(response);
        }

        return e;
    }

    private HttpRequestMessage Message(HttpMethod method, string path, TimeSpan? left)
    {
        var message = new HttpRequestMessage(method, new Uri(address, path));
        foreach (var (name, value) in options.Headers)
            message.Headers.TryAddWithoutValidation(name, value);
        if (options.ApiKey is { } key)
            message.Headers.TryAddWithoutValidation(options.ApiKeyHeader, key);
        if (left is { } time)
        {
            var milliseconds = Math.Max(1, (long)time.TotalMilliseconds);
            message.Headers.TryAddWithoutValidation("X-Request-Timeout", milliseconds.ToString(CultureInfo.InvariantCulture));
        }

        return message;
    }
}
