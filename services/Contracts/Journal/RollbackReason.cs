using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Journal;

/// <summary>What condemned a version.</summary>
[JsonConverter(typeof(RollbackReasonJsonConverter))]
public enum RollbackReason
{
    /// <summary>The guard's evidence crossed its threshold.</summary>
    Guard,

    /// <summary>The variant had no ready endpoint for too long.</summary>
    Unreachable,

    /// <summary>A person called for it.</summary>
    Operator,

    /// <summary>An alarm fired.</summary>
    Alarm,
}
