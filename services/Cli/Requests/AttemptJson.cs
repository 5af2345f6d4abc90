namespace ModelServing.Cli.Requests;

/// <summary>An attempt for programs.</summary>
internal static class AttemptJson
{
    /// <summary>The value of an attempt, with its times in milliseconds.</summary>
    internal static object Value(AttemptLine line)
    {
        var record = line.Record;
        return new
        {
            RequestId = record.RequestId.ToString(),
            record.Time,
            Trace = AttemptText.Trace(record.Trace),
            Host = AttemptText.Host(record.Source),
            record.Operation,
            record.Attempt,
            record.Model,
            Version = record.Version == 0 ? (int?)null : record.Version,
            record.Variant,
            Status = record.Status == 0 ? (int?)null : record.Status,
            line.Reasons,
            Milliseconds = record.Times.Parts().Append(("total", record.Times.Total))
                .ToDictionary(static part => part.Item1, static part => part.Item2.TotalMilliseconds),
        };
    }
}
