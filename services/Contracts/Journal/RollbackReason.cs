using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Journal;

/// <summary>Why a version was condemned.</summary>
[JsonConverter(typeof(RollbackReasonJsonConverter))]
public enum RollbackReason
{
    /// <summary>The guard's evidence crossed its threshold.</summary>
    Guard,

    /// <summary>The variant had no ready endpoint for too long.</summary>
    Unreachable,

    /// <summary>A person requested it.</summary>
    Operator,

    /// <summary>An alarm fired.</summary>
    Alarm,
}
