using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Jobs.Skew;

/// <summary>A model's inputs in training and in serving.</summary>
/// <param name="Since">The first time of the predictions.</param>
/// <param name="Until">The time before which they began.</param>
/// <param name="Training">Where the training side comes from.</param>
/// <param name="Versions">The versions with predictions, in order.</param>
internal sealed record SkewReport(
    string Model, DateTimeOffset Since, DateTimeOffset Until, string Training, IReadOnlyList<VersionSkew> Versions)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    internal string ToJson() => JsonSerializer.Serialize(this, Options);
}
