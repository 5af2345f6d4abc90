using System.Collections.ObjectModel;

namespace ModelServing.OpenInference;

/// <summary>How a client calls its server.</summary>
public sealed record OpenInferenceOptions
{
    /// <summary>Gets how requests and answers are written. By default it is JSON, which every server reads.</summary>
    public WireFormat Format { get; init; } = WireFormat.Json;

    /// <summary>Gets the key that is sent in <see cref="ApiKeyHeader"/>; null for none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Gets the header for the key.</summary>
    public string ApiKeyHeader { get; init; } = "X-API-Key";

    /// <summary>Gets headers of every request, such as <c>Authorization</c>. By gRPC they are metadata.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>
    /// Gets the time for each call, with all retries. The server gets what is left of it, as the protocol's parameter <c>timeout</c> and in
    /// <c>X-Request-Timeout</c>, or as the deadline of gRPC. By default it is the server's own limit that ends a call.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Gets when a call is sent again.</summary>
    public RetryOptions Retry { get; init; } = new();

    /// <summary>Gets the most bytes of an answer. A longer one is not read.</summary>
    public int MaxAnswerBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>Gets what sends the requests, and is not disposed; null for connections of the client's own.</summary>
    public HttpClient? Http { get; init; }

    /// <summary>Gets the clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
