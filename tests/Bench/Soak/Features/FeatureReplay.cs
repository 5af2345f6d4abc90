using System.Globalization;
using System.Runtime.InteropServices;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Features;
using ModelServing.Features.Engine;
using ModelServing.Features.Events;
using ModelServing.Features.Events.Log;
using ModelServing.Predictions.Reading;
using ModelServing.Predictions.Records;
using ModelServing.Predictions.Sqlite;
using ModelServing.Registry;

namespace ModelServing.Bench.Soak.Features;

/// <summary>Computes the features of predictions again, from the event log, and compares them with the prediction log.</summary>
/// <param name="platform">The platform, which has stopped.</param>
/// <param name="answers">The answers, by the requests' identifiers.</param>
/// <param name="served">What the feature server itself answered.</param>
internal sealed class FeatureReplay(
    FeaturePlatform platform,
    IReadOnlyDictionary<string, SoakAnswer> answers,
    IReadOnlyList<(FeatureAnswer Answer, double[] Amounts, long AppliedBefore)> served)
{
    private readonly OfflineReplay[] views = [.. SoakViews.Engines.Select(static engine => new OfflineReplay(engine))];
    private readonly Dictionary<RecordedStatus, int> statuses = [];
    private long readValues;

    /// <exception cref="BenchException">Something is not as it was served.</exception>
    internal async Task<FeatureReplayReport> RunAsync(CancellationToken cancellation)
    {
        await ReadEventsAsync(cancellation);
        var records = await ReadRecordsAsync(cancellation);
        var columns = SoakViews.Features.Columns.Count;
        var values = records.Select(_ => new double[columns]).ToArray();
        var first = 0;
        for (var view = 0; view < views.Length; view++)
        {
            foreach (var (read, computed) in views[view].Replay(ReadsOf(records, view)))
            {
                for (var i = 0; i < computed.Length; i++)
                    values[read.Index][first + i] = computed[i].AsDouble;
                statuses[read.Status!.Value] = statuses.GetValueOrDefault(read.Status.Value) + 1;
            }

            CompareServed(view);
            first += SoakViews.Engines[view].Outputs.Count;
        }

        for (var i = 0; i < records.Count; i++)
        {
            values[i][^1] = InputOf<double>(records[i], SoakViews.Amount);
            Compare(records[i], values[i]);
        }

        return new FeatureReplayReport(
            records.Count(static record => record.Version == 1),
            records.Count(static record => record.Version == 2),
            records.Count * (long)columns,
            readValues,
            statuses,
            OutcomesOf(views));
    }

    private static Dictionary<ApplyOutcome, int> OutcomesOf(IEnumerable<OfflineReplay> views) => views
        .SelectMany(static view => view.Outcomes)
        .GroupBy(static one => one.Key, static one => one.Value)
        .ToDictionary(static one => one.Key, static one => one.Sum());

    private async Task ReadEventsAsync(CancellationToken cancellation)
    {
        using var log = EventLogReader.OfShipped(
            RegistryLocation.Open(HostSources.File(platform.Registry)), platform.Scratch, EventPosition.Start);
        while (await log.ReadAsync(cancellation) is { } logged)
        {
            foreach (var view in views)
                view.Add(logged);
        }

        if ((log.Missing, log.Unreadable) != (0, 0))
            throw new BenchException($"of the event log, {log.Missing} events are missing and {log.Unreadable} can't be read");
    }

    // One for each answer. A retry has the record of the attempt that was answered.
    private async Task<List<PredictionRecord>> ReadRecordsAsync(CancellationToken cancellation)
    {
        using var store = new SqlitePredictionStore(platform.Predictions, retentionDays: 30);
        var records = new List<PredictionRecord>(answers.Count);
        foreach (var id in answers.Keys)
        {
            var attempts = await store.FindAsync(id, cancellation);
            records.Add(attempts.LastOrDefault(static attempt => attempt.Status == 200)
                ?? throw new BenchException($"the prediction log has no answer of {id}"));
        }

        return records;
    }

    private IEnumerable<ViewRead> ReadsOf(List<PredictionRecord> records, int view)
    {
        var engine = SoakViews.Engines[view];
        for (var i = 0; i < records.Count; i++)
        {
            var record = records[i];
            var read = record.Views[view];
            if (read.Digest != engine.Digest)
                throw new BenchException($"{record.RequestId} has the digest {read.Digest}, and not {engine.Digest}");
            var entity = engine.Definition.Entity[0].Type.Kind == FieldKind.Int64
                ? FieldValue.FromInt64(InputOf<long>(record, SoakViews.CardId))
                : FieldValue.FromString(InputOf<string>(record, SoakViews.Terminal));
            yield return new ViewRead(
                i,
                EntityKey.From(entity),
                new Instant(InputOf<long>(record, "time")),
                [.. engine.Definition.Request.Select(_ => InputOf<double>(record, SoakViews.Amount))],
                read.Sequences[0],
                read.Statuses[0],
                answers[record.RequestId].AppliedBefore);
        }
    }

    private static T InputOf<T>(PredictionRecord record, string name) =>
        ((T[])RecordedElements.Decode(record.Inputs.Single(input => input.Name == name))!)[0];

    // The model's input in the record, the model's output in the record, and the caller's answer.
    private void Compare(PredictionRecord record, double[] values)
    {
        var input = record.Inputs.Single(static input => input.Name == SoakViews.Features.Input);
        ReadOnlySpan<byte> expected = input.Datatype == "FP32"
            ? MemoryMarshal.AsBytes<float>(Array.ConvertAll(values, static value => (float)value))
            : MemoryMarshal.AsBytes<double>(values);
        if (!expected.SequenceEqual(input.Data.Span))
            throw new BenchException($"{record.RequestId}: {Differences(input, values)}");
        if (!input.Data.Span.SequenceEqual(record.Outputs[0].Data.Span))
            throw new BenchException($"{record.RequestId}: the model had another input than the one that is recorded");
        var output = answers[record.RequestId].Output;
        for (var i = 0; i < values.Length; i++)
        {
            if (!output[i].Equals(input.Datatype == "FP32" ? (float)values[i] : values[i]))
                throw new BenchException($"{record.RequestId}: its caller got {output[i]} for {SoakViews.Features.Columns[i]}");
        }
    }

    private static string Differences(RecordedTensor input, double[] values)
    {
        var recorded = RecordedElements.Decode(input)!;
        return string.Join(", ", SoakViews.Features.Columns
            .Select((column, i) => (
                Name: column, Served: Convert.ToDouble(recorded.GetValue(i), CultureInfo.InvariantCulture), Replayed: values[i]))
            .Where(one => !one.Served.Equals(input.Datatype == "FP32" ? (float)one.Replayed : one.Replayed))
            .Select(static one => string.Create(
                CultureInfo.InvariantCulture, $"{one.Name} was {one.Served:R}, and the replay has {one.Replayed:R}")));
    }

    // The read API has the bits of each value.
    private void CompareServed(int view)
    {
        var engine = SoakViews.Engines[view];
        var expected = new List<EntityFeatures>();
        var reads = new List<ViewRead>();
        foreach (var (answer, amounts, before) in served)
        {
            var own = answer.Reads.Where(one => one.View == engine.Definition.View.Text).ToList();
            for (var i = 0; i < own.Count; i++)
            {
                double[] request = [.. engine.Definition.Request.Select(_ => amounts[i])];
                reads.Add(new ViewRead(
                    expected.Count, new EntityKey(own[i].Entity), Instant.From(answer.Time), request, own[i].Sequence, null, before));
                expected.Add(own[i]);
            }
        }

        foreach (var (read, computed) in views[view].Replay(reads))
        {
            var replayed = computed.Select(static value => $"{value.Bits:x16} {value.Status}".ToLowerInvariant());
            var answered = expected[read.Index].Features.Select(static feature => $"{feature.Bits} {feature.Status}");
            if (!answered.SequenceEqual(replayed))
            {
                throw new BenchException(
                    $"{engine.Definition.Id}, entity {read.Entity}: the feature server answered {string.Join(", ", answered)}; " +
                    $"the replay has {string.Join(", ", replayed)}");
            }

            readValues += computed.Length;
        }
    }
}
