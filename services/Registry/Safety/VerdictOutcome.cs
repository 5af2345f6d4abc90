using System.Text.Json.Serialization;

namespace ModelServing.Registry.Safety;

/// <summary>Whether an artifact may be loaded.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VerdictOutcome>))]
public enum VerdictOutcome
{
    /// <summary>There are no findings.</summary>
    [JsonStringEnumMemberName("accepted")]
    Accepted,

    /// <summary>There are findings, so no program loads the artifact.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,
}
