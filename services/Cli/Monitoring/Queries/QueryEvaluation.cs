namespace ModelServing.Cli.Monitoring.Queries;

/// <summary>Evaluates queries on datapoints, minute by minute as Monitoring does.</summary>
/// <param name="datapoints">The datapoints.</param>
/// <param name="minute">How long a minute lasts here.</param>
internal sealed class QueryEvaluation(DatapointStore datapoints, TimeSpan minute)
{
    /// <summary>What the query says at the end of a minute. A stream that has no datapoints is not in it, unless absence is asked for.</summary>
    internal IReadOnlyDictionary<Dimensions, StreamFinding> At(DateTimeOffset end, string @namespace, AlarmQuery query) => query switch
    {
        AlarmQuery.Joined joined => Join(joined, At(end, @namespace, joined.Left), At(end, @namespace, joined.Right)),
        AlarmQuery.Threshold threshold => Evaluate(threshold, Groups(end, @namespace, threshold.Expression)),
        AlarmQuery.Absence absence => Evaluate(end, absence, Groups(end, @namespace, absence.Expression)),
        _ => throw new ArgumentException($"{query.GetType().Name} is not evaluated", nameof(query)),
    };

    private IEnumerable<StreamWindow> Groups(DateTimeOffset end, string @namespace, MetricExpression expression)
    {
        var streams = datapoints.Read(@namespace, expression.Metric, end - Here(expression.Interval), end)
            .Where(stream => expression.Filters.All(filter => filter.Matches(stream.Dimensions)));
        return expression.GroupBy is not { } names
            ? streams
            : streams.GroupBy(stream => stream.Dimensions.Only(names)).Select(static group => new StreamWindow(group.Key, [.. group.SelectMany(static stream => stream.Points)], group.Max(static stream => stream.Last)));
    }

    private static Dictionary<Dimensions, StreamFinding> Evaluate(AlarmQuery.Threshold threshold, IEnumerable<StreamWindow> groups)
    {
        var found = new Dictionary<Dimensions, StreamFinding>();
        foreach (var group in groups.Where(static group => group.Points.Count > 0))
        {
            var value = threshold.Expression.Statistic.Of(group.Points);
            found.Add(group.Dimensions, new StreamFinding(Holds(value, threshold), new Dictionary<string, double> { [threshold.Expression.Text] = value }));
        }

        return found;
    }

    private Dictionary<Dimensions, StreamFinding> Evaluate(DateTimeOffset end, AlarmQuery.Absence absence, IEnumerable<StreamWindow> groups)
    {
        var found = new Dictionary<Dimensions, StreamFinding>();
        foreach (var group in groups.Where(group => group.Last >= end - Here(absence.Within)))
        {
            var absent = group.Points.Count == 0;
            found.Add(group.Dimensions, new StreamFinding(absent, new Dictionary<string, double> { [absence.Expression.Text] = absent ? 1 : 0 }));
        }

        return found;
    }

    private static Dictionary<Dimensions, StreamFinding> Join(AlarmQuery.Joined joined, IReadOnlyDictionary<Dimensions, StreamFinding> left, IReadOnlyDictionary<Dimensions, StreamFinding> right)
    {
        var found = new Dictionary<Dimensions, StreamFinding>();
        foreach (var stream in left.Keys.Union(right.Keys))
        {
            var (one, other) = (left.GetValueOrDefault(stream), right.GetValueOrDefault(stream));
            if (joined.IsAnd && (one is null || other is null))
                continue;
            var values = new Dictionary<string, double>(one?.Values ?? other!.Values);
            foreach (var (text, value) in other?.Values ?? one!.Values)
                values[text] = value;
            found.Add(stream, new StreamFinding(joined.IsAnd ? one!.Holds && other!.Holds : one is { Holds: true } || other is { Holds: true }, values));
        }

        return found;
    }

    private TimeSpan Here(TimeSpan duration) => duration / TimeSpan.FromMinutes(1) * minute;

    private static bool Holds(double value, AlarmQuery.Threshold threshold) => threshold.Comparison switch
    {
        Comparison.Above => value > threshold.Value,
        Comparison.AtLeast => value >= threshold.Value,
        Comparison.Below => value < threshold.Value,
        Comparison.AtMost => value <= threshold.Value,
        Comparison.Equal => value.Equals(threshold.Value),
        _ => !value.Equals(threshold.Value),
    };
}
