using ModelServing.Contracts.Monitoring;

namespace ModelServing.Functions.Rollback;

/// <summary>A stream that an alarm reports.</summary>
/// <param name="Title">The alarm's title in the message: its display name.</param>
/// <param name="Query">The alarm's query; null if the message has none.</param>
/// <param name="IsFiring">Whether the alarm fires for the stream.</param>
/// <param name="Dimensions">The stream's dimensions.</param>
/// <param name="Time">When it began to fire or stopped; null if unknown.</param>
/// <param name="Value">The measured value, as the message has it; null if it has none.</param>
internal sealed record AlarmStream(
    string Title,
    string? Query,
    bool IsFiring,
    IReadOnlyDictionary<string, string> Dimensions,
    DateTimeOffset? Time,
    string? Value)
{
    /// <summary>A stream that fires according to a query of Monitoring.</summary>
    internal static AlarmStream From(FiringAlarm firing) => new(firing.Alarm, null, IsFiring: true, firing.Dimensions, firing.Since, null);
}
