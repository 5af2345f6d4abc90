using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Functions.Rollback;

/// <summary>What became of a stream that an alarm said something of.</summary>
[JsonConverter(typeof(RollbackOutcomeJsonConverter))]
internal enum RollbackOutcome
{
    /// <summary>The version is condemned now, and was not before.</summary>
    Condemned,

    /// <summary>It would be, were it not for the dry run.</summary>
    WouldCondemn,

    /// <summary>It was already, in the same attempt.</summary>
    AlreadyCondemned,

    /// <summary>The variant is none that is condemned: stable, which has no heir, or pinned requests.</summary>
    NotACandidate,

    /// <summary>The alarm is about an attempt that is over, or that nobody knows of.</summary>
    AnotherAttempt,

    /// <summary>The journal has nothing of the model.</summary>
    UnknownModel,

    /// <summary>The journal has no rollout with the version.</summary>
    UnknownVersion,

    /// <summary>A dimension is missing, or is none that ModelMetrics posts.</summary>
    WrongDimensions,

    /// <summary>The alarm is none of this environment's alarms about models.</summary>
    UnknownAlarm,

    /// <summary>The alarm is for people.</summary>
    NotForRollback,

    /// <summary>The alarm fires no more.</summary>
    NothingToDo,

    /// <summary>The journal could not be read or written: nothing is known to be done.</summary>
    JournalUnread,
}

internal sealed class RollbackOutcomeJsonConverter() : JsonStringEnumConverter<RollbackOutcome>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);

/// <summary>What became of one stream.</summary>
/// <param name="Outcome">What.</param>
/// <param name="Alarm">The alarm: its name within the environment, or its title where it is none of them.</param>
/// <param name="Model">The model, as the message has it; null where it names none.</param>
/// <param name="Version">The version, as the message has it.</param>
/// <param name="Variant">The variant, as the message has it.</param>
/// <param name="Attempt">The attempt, as the message has it.</param>
/// <param name="Detail">What that means, for a person.</param>
internal sealed record StreamReport(RollbackOutcome Outcome, string Alarm, string? Model, string? Version, string? Variant, string? Attempt, string Detail)
{
    /// <summary>The number under which the rollback stands in the journal; null where none does.</summary>
    public long? Seq { get; init; }
}

/// <summary>What became of a message.</summary>
/// <param name="Type">The message's type.</param>
/// <param name="Streams">What became of each stream.</param>
internal sealed record RollbackReport(string Type, IReadOnlyList<StreamReport> Streams)
{
    /// <summary>Whether it has to be asked again: something that was to be done may not be.</summary>
    [JsonIgnore]
    public bool IsUnfinished => Streams.Any(static stream => stream.Outcome == RollbackOutcome.JournalUnread);

    internal byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, RollbackJson.Default.RollbackReport);
}

/// <summary>What a condemned version's entry in the journal rests on. <c>summary</c> is what a person is shown of any entry.</summary>
internal sealed record AlarmEvidence(string Summary, string Alarm, string Title, string? Query, DateTimeOffset? FiredAt, string? Value, IReadOnlyDictionary<string, string> Dimensions);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RollbackReport))]
[JsonSerializable(typeof(AlarmEvidence))]
internal sealed partial class RollbackJson : JsonSerializerContext;
