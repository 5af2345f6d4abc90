using DuckDB.NET.Data;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions.Reading;
using ModelServing.Predictions.Records;

namespace ModelServing.Jobs.Export;

/// <summary>The columns that every export has, in order. docs/predictions.md lists them for readers.</summary>
internal static class ExportColumns
{
    internal static IReadOnlyList<(string Name, string SqlType)> All { get; } =
    [
        ("request_id", "VARCHAR"),
        ("attempt", "INTEGER"),
        ("time", "TIMESTAMPTZ"),
        ("model", "VARCHAR"),
        ("version", "INTEGER"),
        ("variant", "VARCHAR"),
        ("revision", "VARCHAR"),
        ("trial", "INTEGER"),
        ("experiment", "VARCHAR"),
        ("routing_key_hash", "VARCHAR"),
        ("status", "INTEGER"),
        ("reason", "VARCHAR"),
        ("non_finite", "BOOLEAN"),
        ("comparison", "BOOLEAN"),
        ("read_ms", "DOUBLE"),
        ("features_ms", "DOUBLE"),
        ("wait_ms", "DOUBLE"),
        ("run_ms", "DOUBLE"),
        ("write_ms", "DOUBLE"),
        ("total_ms", "DOUBLE"),
        ("features", "VARCHAR"),
        ("outcome", "DOUBLE"),
        ("outcome_text", "VARCHAR"),
        ("outcome_observed_at", "TIMESTAMPTZ"),
    ];

    /// <summary>Appends the values of <see cref="All"/>.</summary>
    internal static void Append(IDuckDBAppenderRow row, PredictionRecord record, Outcome? outcome)
    {
        row.AppendValue(record.RequestId);
        row.AppendValue(record.Attempt);
        row.AppendValue(PredictionDocuments.TimeOf(record));
        row.AppendValue(record.Model);
        row.AppendValue(record.Version);
        row.AppendValue(record.Variant);
        AppendText(row, record.Revision);
        AppendNumber(row, record.Trial);
        AppendText(row, record.Experiment);
        AppendText(row, Convert.ToHexStringLower(record.RoutingKey.Span));
        AppendNumber(row, record.Status);
        AppendText(row, record.Reason);
        row.AppendValue(record.NonFinite);
        row.AppendValue(record.Comparison);
        AppendLatency(row, record.Latency);
        AppendText(row, record.Views.Count > 0 ? PredictionFeatures.TextOf([.. record.Views.Select(PredictionDocuments.Create)]) : "");
        AppendOutcome(row, outcome);
    }

    private static void AppendLatency(IDuckDBAppenderRow row, RecordedLatency? latency)
    {
        foreach (var part in (long?[])
            [latency?.Read, latency?.Features, latency?.Wait, latency?.Run, latency?.Write, latency?.Total])
        {
            if (part is { } microseconds)
                row.AppendValue(microseconds / 1000d);
            else
                row.AppendNullValue();
        }
    }

    // True and false are 1 and 0, so that one column of numbers has the labels of most models.
    private static void AppendOutcome(IDuckDBAppenderRow row, Outcome? outcome)
    {
        double? number = outcome?.Value.Flag is { } flag ? flag ? 1 : 0 : outcome?.Value.Number;
        if (number is { } known)
            row.AppendValue(known);
        else
            row.AppendNullValue();
        if (outcome?.Value.Text is { } text)
            row.AppendValue(text);
        else
            row.AppendNullValue();
        if (outcome?.ObservedAt is { } observed)
            row.AppendValue(observed);
        else
            row.AppendNullValue();
    }

    private static void AppendText(IDuckDBAppenderRow row, string text)
    {
        if (text.Length > 0)
            row.AppendValue(text);
        else
            row.AppendNullValue();
    }

    private static void AppendNumber(IDuckDBAppenderRow row, int number)
    {
        if (number > 0)
            row.AppendValue(number);
        else
            row.AppendNullValue();
    }
}
