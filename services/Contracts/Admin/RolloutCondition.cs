using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Admin;

/// <summary>The condition of a model's rollout.</summary>
[JsonConverter(typeof(WordJsonConverter<RolloutCondition>))]
public enum RolloutCondition
{
    /// <summary>The plan's rollout is served.</summary>
    Serving,

    /// <summary>The plan's rollout is refused because its stable version is condemned; the last good one is served.</summary>
    Refused,

    /// <summary>The plan's rollout is refused, and no good one is known; the model answers 503 <c>condemned-stable</c>.</summary>
    CondemnedStable,

    /// <summary>The journal was never read; only stable is served.</summary>
    JournalUnread,
}
