using System.Text.Json;

namespace ModelServing.Registry.FirstRuns;

/// <summary>A line of JSON that the process of a first run prints.</summary>
public sealed record FirstRunLine(FirstRunStep Step)
{
    public string? Text { get; init; }

    /// <summary>The first values of each output, by its name.</summary>
    public IReadOnlyDictionary<string, string>? Values { get; init; }

    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, FirstRunJson.Default.FirstRunLine);
}
