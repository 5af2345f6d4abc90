using ModelServing.Contracts.Monitoring;

namespace ModelServing.Cli.Monitoring;

/// <summary>A change of one stream's state.</summary>
/// <param name="Alarm">The alarm.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Change">The change.</param>
/// <param name="Values">The values that led to it.</param>
/// <param name="Time">The end of the minute that was evaluated.</param>
internal sealed record AlarmTransition(AlarmDefinition Alarm, Dimensions Stream, AlarmChange Change, IReadOnlyDictionary<string, double> Values, DateTimeOffset Time);
