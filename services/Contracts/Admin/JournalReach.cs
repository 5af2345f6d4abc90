using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Admin;

/// <summary>How well a router knows the journal.</summary>
[JsonConverter(typeof(WordJsonConverter<JournalReach>))]
public enum JournalReach
{
    /// <summary>The last read succeeded.</summary>
    Read,

    /// <summary>It is unavailable now, but was read before, or there is a snapshot: earlier rollbacks are known.</summary>
    Away,

    /// <summary>It was never read, and there is no snapshot: only stable gets traffic.</summary>
    Unread,
}
