using System.Text.Json.Serialization;

namespace ModelServing.Functions.Rollback;

/// <summary>The result for a stream that an alarm reported.</summary>
[JsonConverter(typeof(RollbackOutcomeJsonConverter))]
internal enum RollbackOutcome
{
    /// <summary>This call condemned the version.</summary>
    Condemned,

    /// <summary>Without the dry run, the version would be condemned.</summary>
    WouldCondemn,

    /// <summary>The version was already condemned in the same trial.</summary>
    AlreadyCondemned,

    /// <summary>The variant is never condemned by an alarm: it is stable, which nothing could replace, or pinned requests.</summary>
    NotACandidate,

    /// <summary>The alarm is about a trial that is over, or that the journal does not have.</summary>
    AnotherTrial,

    /// <summary>The journal has no event of the model.</summary>
    UnknownModel,

    /// <summary>The journal has no rollout with the version.</summary>
    UnknownVersion,

    /// <summary>A dimension is missing, or has a value that ModelMetrics never posts.</summary>
    WrongDimensions,

    /// <summary>The alarm is not one of this environment's alarms about models.</summary>
    UnknownAlarm,

    /// <summary>The alarm only notifies people.</summary>
    NotForRollback,

    /// <summary>The alarm no longer fires.</summary>
    NothingToDo,

    /// <summary>The journal could not be read or written; whether the version is condemned is unknown.</summary>
    JournalUnread,
}
