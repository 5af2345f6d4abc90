using System.Text.Json;
using System.Text.Json.Serialization;
using ModelServing.Contracts;

namespace ModelServing.Registry;

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
