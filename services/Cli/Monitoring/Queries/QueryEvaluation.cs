namespace ModelServing.Cli.Monitoring.Queries;

/// <summary>Evaluates queries on datapoints, minute by minute as Monitoring does.</summary>
/// <param name="minute">How long a minute of the platform lasts.</param>
internal sealed class QueryEvaluation(DatapointStore datapoints, TimeSpan minute)
{
    /// <summary>Evaluates a query at the end of a minute. Streams without datapoints are not in the result, except for a query for
    /// absence.</summary>
    internal IReadOnlyDictionary<Dimensions, StreamFinding> At(DateTimeOffset end, string @namespace, AlarmQuery query) => query switch
    {
        AlarmQuery.Both both => Join(At(end, @namespace, both.Left), At(end, @namespace, both.Right)),
        AlarmQuery.Threshold threshold => Evaluate(threshold, Groups(end, @namespace, threshold.Expression)),
        AlarmQuery.Absence absence => Evaluate(end, absence, Groups(end, @namespace, absence.Expression)),
        _ => throw new ArgumentException($"{query.GetType().Name} is not evaluated", nameof(query)),
    };

    private IEnumerable<StreamWindow> Groups(DateTimeOffset end, string @namespace, MetricExpression expression)
    {
        var streams = datapoints.Read(@namespace, expression.Metric, end - Scale(expression.Interval), end)
            .Where(stream => expression.Filters.All(filter => filter.Matches(stream.Dimensions)));
        return expression.GroupBy is not { } names
            ? streams
            : streams.GroupBy(stream => stream.Dimensions.Only(names))
                .Select(static group => new StreamWindow(
                    group.Key,
                    [.. group.SelectMany(static stream => stream.Points)],
                    group.Max(static stream => stream.Last)));
    }

    private static Dictionary<Dimensions, StreamFinding> Evaluate(AlarmQuery.Threshold threshold, IEnumerable<StreamWindow> groups)
    {
        var found = new Dictionary<Dimensions, StreamFinding>();
        foreach (var group in groups.Where(static group => group.Points.Count > 0))
        {
            var value = threshold.Expression.Statistic.Compute(group.Points);
            var isFound = threshold.Comparison switch
            {
                Comparison.Above => value > threshold.Value,
                Comparison.AtLeast => value >= threshold.Value,
                _ => value < threshold.Value,
            };
            found.Add(group.Dimensions, new StreamFinding(isFound, new Dictionary<string, double> { [threshold.Expression.Text] = value }));
        }

        return found;
    }

    private Dictionary<Dimensions, StreamFinding> Evaluate(DateTimeOffset end, AlarmQuery.Absence absence, IEnumerable<StreamWindow> groups)
    {
        var found = new Dictionary<Dimensions, StreamFinding>();
        foreach (var group in groups.Where(group => group.Last >= end - Scale(absence.Within)))
        {
            var absent = group.Points.Count == 0;
            found.Add(
                group.Dimensions,
                new StreamFinding(absent, new Dictionary<string, double> { [absence.Expression.Text] = absent ? 1 : 0 }));
        }

        return found;
    }

    // A stream that only one side finds is not in the result.
    private static Dictionary<Dimensions, StreamFinding> Join(
        IReadOnlyDictionary<Dimensions, StreamFinding> left,
        IReadOnlyDictionary<Dimensions, StreamFinding> right)
    {
        var found = new Dictionary<Dimensions, StreamFinding>();
        foreach (var (stream, one) in left)
        {
            if (!right.TryGetValue(stream, out var other))
                continue;
            var values = new Dictionary<string, double>(one.Values);
            foreach (var (text, value) in other.Values)
                values[text] = value;
            found.Add(stream, new StreamFinding(one.Holds && other.Holds, values));
        }

        return found;
    }

    private TimeSpan Scale(TimeSpan duration) => duration / TimeSpan.FromMinutes(1) * minute;
}
