using ModelServing.Cli.Monitoring.Queries;
using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;

namespace ModelServing.Cli.Monitoring;

/// <summary>
/// One alarm, evaluated once a minute and stream by stream, as Monitoring does when notifications are split by stream. A stream fires once
/// the query has held for the pending time. It is reset when it has been absent for ten minutes plus the slack.
/// </summary>
/// <remarks>See "Monitoring Overview" in Oracle's documentation: alarm states, internal reset period.</remarks>
internal sealed class AlarmWatch
{
    private static readonly int ResetAfter = (int)(TimeSpan.FromMinutes(10) + ModelAlarms.Slack).TotalMinutes;

    private readonly AlarmQuery query;
    private readonly int pending;
    private readonly Dictionary<Dimensions, State> states = [];

    /// <exception cref="ContractException">The alarm's query can't be read; the message says where.</exception>
    internal AlarmWatch(AlarmDefinition alarm)
    {
        Alarm = alarm;
        query = AlarmQuery.Parse(alarm.Query);
        pending = (int)Math.Ceiling(alarm.Pending.TotalMinutes);
    }

    internal AlarmDefinition Alarm { get; }

    /// <summary>The firing streams.</summary>
    internal IReadOnlyList<FiringAlarm> Firing =>
    [
        .. states.Where(static pair => pair.Value.FiringSince is not null)
            .Select(pair => new FiringAlarm(Alarm.Name, pair.Key.Values, pair.Value.FiringSince!.Value)),
    ];

    /// <summary>Evaluates the minute that ended, and returns the changes.</summary>
    internal IReadOnlyList<AlarmTransition> Evaluate(QueryEvaluation evaluation, DateTimeOffset end)
    {
        var found = evaluation.At(end, Alarm.Namespace, query);
        var changes = new List<AlarmTransition>();
        foreach (var (stream, finding) in found)
        {
            var state = states.GetValueOrDefault(stream) ?? (states[stream] = new State());
            state.AbsentFor = 0;
            state.BadFor = finding.Holds ? state.BadFor + 1 : 0;
            if (state.FiringSince is null && state.BadFor >= pending)
            {
                state.FiringSince = end;
                changes.Add(new AlarmTransition(Alarm, stream, AlarmChange.OkToFiring, finding.Values, end));
            }
            else if (state.FiringSince is not null && !finding.Holds)
            {
                state.FiringSince = null;
                changes.Add(new AlarmTransition(Alarm, stream, AlarmChange.FiringToOk, finding.Values, end));
            }
        }

        foreach (var (stream, state) in states.Where(pair => !found.ContainsKey(pair.Key)).ToList())
        {
            state.BadFor = 0;
            if (++state.AbsentFor < ResetAfter)
                continue;
            states.Remove(stream);
            if (state.FiringSince is not null)
                changes.Add(new AlarmTransition(Alarm, stream, AlarmChange.Reset, new Dictionary<string, double>(), end));
        }

        return changes;
    }

    private sealed class State
    {
        internal int BadFor { get; set; }

        internal int AbsentFor { get; set; }

        internal DateTimeOffset? FiringSince { get; set; }
    }
}
