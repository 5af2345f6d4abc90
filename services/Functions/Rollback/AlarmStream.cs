using ModelServing.Contracts.Monitoring;

namespace ModelServing.Functions.Rollback;

/// <summary>A stream that an alarm says something of.</summary>
/// <param name="Title">The alarm's title in the message: its display name.</param>
/// <param name="Query">Its query; null where the message has none.</param>
/// <param name="IsFiring">Whether it fires for the stream.</param>
/// <param name="Dimensions">The stream's dimensions.</param>
/// <param name="Time">When that was found; null where the message does not say.</param>
/// <param name="Value">What was measured, as the message has it; null where it has nothing.</param>
internal sealed record AlarmStream(string Title, string? Query, bool IsFiring, IReadOnlyDictionary<string, string> Dimensions, DateTimeOffset? Time, string? Value)
{
    /// <summary>What fires, as Monitoring says it when it is asked.</summary>
    internal static AlarmStream From(FiringAlarm firing) => new(firing.Alarm, null, IsFiring: true, firing.Dimensions, firing.Since, null);
}
