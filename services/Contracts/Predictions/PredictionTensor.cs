using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Predictions;

/// <summary>A recorded input or output, as in the Open Inference Protocol.</summary>
public sealed record PredictionTensor
{
    /// <summary>The value of <see cref="Omitted"/> for data that do not fit the tensor's type and shape.</summary>
    public const string Unreadable = "unreadable";

    public required string Name { get; init; }

    public required string Datatype { get; init; }

    public required IReadOnlyList<long> Shape { get; init; }

    /// <summary>The elements, flat in row-major order; null if <see cref="Omitted"/> says why.</summary>
    /// <remarks>NaN and infinities are the strings <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>.</remarks>
    public JsonElement? Data { get; init; }

    /// <summary>Why there are no data: <c>dropped</c> or <c>hashed</c> by the stack file, <c>large</c>, or
    /// <see cref="Unreadable"/>.</summary>
    public string? Omitted { get; init; }

    /// <summary>With <c>hashed</c>, the keyed hash of the data; with <c>large</c>, their SHA-256. In hexadecimal digits.</summary>
    public string? Digest { get; init; }

    /// <summary>With <c>large</c>, the key of the object that holds the data.</summary>
    [JsonPropertyName("pointer")]
    public string? ObjectKey { get; init; }
}
