using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Registry;

namespace ModelServing.Cli.Up;

/// <summary>The inputs that callers of a version send. If its features come from the feature store, they are not those of its manifest, so
/// the running version is asked.</summary>
/// <param name="registry">The registry with the manifests.</param>
/// <param name="key">The operator's key.</param>
internal sealed class CallerInputs(ModelRegistry registry, Uri api, string key) : IDisposable
{
    // It may be left out; then it is the time of the request.
    private const string TimeName = "time";

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false })
    {
        Timeout = TimeSpan.FromSeconds(10),
    };

    public void Dispose() => http.Dispose();

    /// <summary>Finds the inputs; null if they are unknown at the moment, for a reason that is reported elsewhere.</summary>
    internal async Task<IReadOnlyList<TensorInfo>?> FindAsync(ModelName model, ModelVersion version, CancellationToken cancellation)
    {
        try
        {
            var manifest = await registry.ReadManifestAsync(model, version, cancellation);
            return manifest.Features is null ? manifest.Inputs : await AskAsync(model, version, cancellation);
        }
        catch (Exception e) when (e is RegistryException or HttpRequestException or JsonException ||
            (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<TensorInfo>> AskAsync(ModelName model, ModelVersion version, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(api, InferencePaths.Model(model, version)));
        request.Headers.Add(HeaderNames.ApiKey, key);
        using var answer = await http.SendAsync(request, cancellation);
        answer.EnsureSuccessStatusCode();
        using var metadata = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
        return [.. metadata.RootElement.GetProperty("inputs").EnumerateArray().Select(Read).Where(static input => input.Name != TimeName)];
    }

    private static TensorInfo Read(JsonElement input) => new(
        input.GetProperty("name").GetString()!,
        Enum.TryParse<Datatype>(input.GetProperty("datatype").GetString(), ignoreCase: true, out var datatype)
            ? datatype
            : throw new JsonException("the metadata has an unknown datatype"),
        [.. input.GetProperty("shape").EnumerateArray().Select(static length => length.GetInt64())]);
}
