using ModelServing.Contracts.Monitoring;

namespace ModelServing.Cli.Monitoring;

/// <summary>A change of one stream's state.</summary>
/// <param name="Values">The values that caused it.</param>
/// <param name="Time">The end of the evaluated minute.</param>
internal sealed record AlarmTransition(
    AlarmDefinition Alarm, Dimensions Stream, AlarmChange Change, IReadOnlyDictionary<string, double> Values, DateTimeOffset Time);
