using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Admin;

/// <summary>What a router knows of the journal.</summary>
[JsonConverter(typeof(WordJsonConverter<JournalReach>))]
public enum JournalReach
{
    /// <summary>It was read a moment ago.</summary>
    Read,

    /// <summary>It was read once, or a snapshot of it is there, and is away now: what was condemned before is known.</summary>
    Away,

    /// <summary>It was never read and there is no snapshot: nothing but stable gets traffic.</summary>
    Unread,
}
