using System.Globalization;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Grpc.Core;
using ModelServing.Cli.Conformance.Rpc;
using ModelServing.Contracts;
using ModelServing.OpenInference;
using ModelServing.OpenInference.Errors;
using ModelServing.OpenInference.Infer;
using ModelServing.OpenInference.Messages;

namespace ModelServing.Cli.Conformance;

/// <summary>The server that is checked.</summary>
/// <param name="http">Its address, with a time limit; null if it is not asked over HTTP.</param>
/// <param name="rpc">Its address for gRPC; null if it is not asked over gRPC.</param>
internal sealed class Subject(HttpClient? http, RpcSubject? rpc = null)
{
    /// <summary>The server over gRPC, for the checks of that.</summary>
    internal RpcSubject? Rpc => rpc;

    /// <summary>Whether the server has a model.</summary>
    internal async Task<bool> HasAsync(string model) => http is null
        ? (await rpc!.DescribeAsync(model)).Status == StatusCode.OK
        : (await GetAsync(InferencePaths.Models + model)).Status == 200;

    /// <summary>The extensions that the server names.</summary>
    internal async Task<IReadOnlyCollection<string>> ExtensionsAsync()
    {
        try
        {
            return http is null
                ? (await rpc!.CallAsync("ServerMetadata", new ServerMetadataRequest())).Read(ServerMetadataResponse.Parser).Extensions
                : [.. ((await GetAsync(InferencePaths.Server)).Json()["extensions"] as JsonArray ?? []).Select(static name => $"{name}")];
        }
        catch (NotConformingException)
        {
            // The check of the metadata says so.
            return [];
        }
    }

    internal Task<Answer> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    /// <summary>Sends a request without a body.</summary>
    internal Task<Answer> SendAsync(string method, string path) => SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

    /// <summary>Sends an inference request.</summary>
    internal Task<Answer> InferAsync(string model, InferBody body, string? coding = null, string? accepted = null)
    {
        var (bytes, length) = body.ToBytes();
        return InferAsync(model, bytes, length?.ToString(CultureInfo.InvariantCulture), coding, accepted);
    }

    /// <summary>Sends the bytes of an inference request.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="body">The bytes, before they are compressed.</param>
    /// <param name="jsonLength">The header about the length of the JSON; null for none.</param>
    /// <param name="coding">How the body is compressed; null for not at all.</param>
    /// <param name="accepted">How the answer may be compressed; null for not at all.</param>
    internal Task<Answer> InferAsync(string model, byte[] body, string? jsonLength, string? coding = null, string? accepted = null)
    {
        var content = new ByteArrayContent(coding is null ? body : Compress(body, coding));
        content.Headers.ContentType = new(jsonLength is null ? "application/json" : "application/octet-stream");
        if (coding is not null)
            content.Headers.ContentEncoding.Add(coding);
        var request = new HttpRequestMessage(HttpMethod.Post, $"{InferencePaths.Models}{model}/infer") { Content = content };
        if (jsonLength is not null)
            request.Headers.TryAddWithoutValidation(HeaderNames.JsonLength, jsonLength);
        if (accepted is not null)
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        return SendAsync(request);
    }

    /// <summary>Asks a model as programs do, through the client of the protocol.</summary>
    internal async Task<InferResult> AskAsync(WireFormat format, InferRequest request)
    {
        using var client = new OpenInferenceClient(http!.BaseAddress!, new() { Format = format, Http = http, Retry = RetryOptions.None });
        try
        {
            return await client.InferAsync(request);
        }
        catch (OpenInferenceException e)
        {
            throw new NotConformingException(e.Message);
        }
    }

    internal static byte[] Compress(byte[] body, string coding)
    {
        using var compressed = new MemoryStream();
        using (Stream compression = coding == "gzip"
            ? new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true)
            : new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            compression.Write(body);
        return compressed.ToArray();
    }

    private async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            try
            {
                using var response = await http!.SendAsync(request);
                var headers = response.Headers.Concat(response.Content.Headers).ToDictionary(
                    static header => header.Key, static header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
                var body = await response.Content.ReadAsByteArrayAsync();
                return new Answer((int)response.StatusCode, headers, Expand(body, headers.GetValueOrDefault("Content-Encoding")));
            }
            catch (InvalidDataException e)
            {
                throw new NotConformingException($"the answer is not compressed as it says: {e.Message}");
            }
            catch (OperationCanceledException)
            {
                throw new NotConformingException("there was no answer in time");
            }
        }
    }

    private static byte[] Expand(byte[] body, string? coding)
    {
        if (coding is not ("gzip" or "deflate") || body.Length == 0)
            return body;
        using var compressed = new MemoryStream(body);
        using Stream expansion = coding == "gzip"
            ? new GZipStream(compressed, CompressionMode.Decompress)
            : new ZLibStream(compressed, CompressionMode.Decompress);
        using var expanded = new MemoryStream();
        expansion.CopyTo(expanded);
        return expanded.ToArray();
    }
}
