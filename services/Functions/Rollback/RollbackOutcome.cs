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

    /// <summary>It was already, in the same trial.</summary>
    AlreadyCondemned,

    /// <summary>The variant is none that is condemned: stable, which has no heir, or pinned requests.</summary>
    NotACandidate,

    /// <summary>The alarm is about a trial that is over, or that nobody knows of.</summary>
    AnotherTrial,

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
