using System.Text.Json.Serialization;

namespace ModelServing.Registry.Safety;

/// <summary>Whether an artifact may be loaded.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Outcome>))]
public enum Outcome
{
    /// <summary>Nothing is wrong with it.</summary>
    [JsonStringEnumMemberName("accepted")]
    Accepted,

    /// <summary>Something is, and nobody loads it.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,
}
