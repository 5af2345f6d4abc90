using System.Text.Json.Serialization;

namespace ModelServing.Rollout.Experiments;

/// <summary>What may be concluded about an arm from one metric.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Conclusion>))]
public enum Conclusion
{
    /// <summary>Neither yet.</summary>
    [JsonStringEnumMemberName("not-yet")]
    NotYet,

    /// <summary>The arm is better than stable.</summary>
    [JsonStringEnumMemberName("better")]
    Better,

    /// <summary>The arm is worse than stable.</summary>
    [JsonStringEnumMemberName("worse")]
    Worse,

    /// <summary>Nothing, because the units did not come to the arms as planned.</summary>
    [JsonStringEnumMemberName("invalid")]
    Invalid,
}
