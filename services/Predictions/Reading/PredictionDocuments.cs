using Google.Protobuf;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions.Records;

namespace ModelServing.Predictions.Reading;

/// <summary>Makes the documents that people and programs read from prediction records.</summary>
public static class PredictionDocuments
{
    /// <param name="outcome">The request's outcome; null while it is unknown.</param>
    public static PredictionDocument Create(PredictionRecord record, Outcome? outcome)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new PredictionDocument
        {
            RequestId = record.RequestId,
            Attempt = record.Attempt,
            Time = TimeOf(record),
            Model = record.Model,
            Version = record.Version,
            Variant = record.Variant,
            Revision = NullIfEmpty(record.Revision),
            Trial = record.Trial > 0 ? record.Trial : null,
            Experiment = NullIfEmpty(record.Experiment),
            TraceId = Hex(record.Trace),
            RoutingKeyHash = Hex(record.RoutingKey),
            Status = record.Status > 0 ? record.Status : null,
            Reason = NullIfEmpty(record.Reason),
            NonFinite = record.NonFinite,
            Comparison = record.Comparison,
            Inputs = [.. record.Inputs.Select(Create)],
            Outputs = [.. record.Outputs.Select(Create)],
            LatencyMilliseconds = Create(record.Latency),
            Features = record.Views.Count > 0 ? [.. record.Views.Select(Create)] : null,
            Outcome = outcome is null ? null : new ObservedOutcome(outcome.Value, outcome.ObservedAt),
        };
    }

    /// <summary>When the attempt began.</summary>
    public static DateTimeOffset TimeOf(PredictionRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        // A record with an impossible time can still be read.
        var ticks = Math.Clamp(
            record.Time,
            (DateTimeOffset.MinValue - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond,
            (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond) * TimeSpan.TicksPerMicrosecond;
        return DateTimeOffset.UnixEpoch.AddTicks(ticks);
    }

    /// <summary>What a view contributed.</summary>
    public static PredictionFeatures Create(RecordedView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return new PredictionFeatures(
            view.View,
            view.Version,
            view.Digest,
            [.. view.Sequences],
            [.. view.Statuses.Select(static status => status.ToString().ToLowerInvariant())]);
    }

    private static PredictionTensor Create(RecordedTensor tensor)
    {
        var elements = tensor.Omitted.Length > 0 ? null : RecordedElements.Decode(tensor);
        return new PredictionTensor
        {
            Name = tensor.Name,
            Datatype = tensor.Datatype,
            Shape = [.. tensor.Shape],
            Data = elements is null ? null : ElementsJson.Write(elements),
            Omitted = elements is null ? NullIfEmpty(tensor.Omitted) ?? PredictionTensor.Unreadable : null,
            Digest = Hex(tensor.Digest),
            ObjectKey = NullIfEmpty(tensor.Pointer),
        };
    }

    private static PredictionLatency? Create(RecordedLatency? latency)
    {
        return latency is null
            ? null
            : new PredictionLatency(
                Milliseconds(latency.Read),
                Milliseconds(latency.Features),
                Milliseconds(latency.Wait),
                Milliseconds(latency.Run),
                Milliseconds(latency.Write),
                Milliseconds(latency.Total));

        static double Milliseconds(long microseconds) => microseconds / 1000d;
    }

    private static string? NullIfEmpty(string text) => text.Length > 0 ? text : null;

    private static string? Hex(ByteString bytes) => bytes.IsEmpty ? null : Convert.ToHexStringLower(bytes.Span);
}
