using CsCheck;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Cache.Reports;

/// <summary>Makes counts and reports.</summary>
internal static class SomeReports
{
    internal static readonly ModelVersion One = new(1);
    internal static readonly ModelVersion Two = new(2);

    /// <summary>Realistic latencies: most between 0.1 ms and 10 s, some at the ends of the range.</summary>
    internal static readonly Gen<TimeSpan> Latency = Gen.Frequency(
        (8, Gen.Double[-4, 1].Select(static power => TimeSpan.FromSeconds(Math.Pow(10, power)))),
        (1, Gen.Long[0, 1000].Select(TimeSpan.FromTicks)),
        (1, Gen.Long[0, TimeSpan.TicksPerHour].Select(TimeSpan.FromTicks)));

    internal static readonly Gen<(AnswerKind Kind, TimeSpan Latency)> Answer = Gen.Select(Gen.Enum<AnswerKind>(), Latency);

    internal static readonly Gen<RequestCounts> Counts = Answer.List[0, 40].Select(static answers => Count(answers));

    internal static readonly Gen<ProcessReport> Report = Gen.Select(
        Gen.Int[1, ModelVersion.MaxNumber],
        Gen.Guid,
        Gen.Bool,
        Gen.Select(
            Gen.OneOf(((string[])["canary", "stable", "direct", "b-2"]).Select(Gen.Const).ToArray()),
            Gen.Int[0, int.MaxValue],
            Counts).List[0, ProcessReport.MaxStreams])
        .Select(static (version, incarnation, isLeaving, streams) => new ProcessReport
        {
            Version = new ModelVersion(version),
            Incarnation = incarnation,
            IsLeaving = isLeaving,
            Streams = [.. streams.Select(static stream => new VariantCounts(stream.Item1, stream.Item2, stream.Item3))],
        });

    internal static RequestCounts Count(IEnumerable<(AnswerKind Kind, TimeSpan Latency)> answers)
    {
        var counts = new long[RequestCounts.Kinds * LatencyBuckets.Count];
        foreach (var (kind, latency) in answers)
            counts[(int)kind * LatencyBuckets.Count + LatencyBuckets.IndexOf(latency)]++;
        return RequestCounts.From(counts);
    }

    /// <summary>Counts with the given number of answers of each kind, all with one latency.</summary>
    internal static RequestCounts Count(
        int answered = 0,
        int failed = 0,
        int nonFinite = 0,
        int clientErrors = 0,
        double milliseconds = 10) => Count(
        Enumerable.Repeat(AnswerKind.Answered, answered)
            .Concat(Enumerable.Repeat(AnswerKind.Failed, failed))
            .Concat(Enumerable.Repeat(AnswerKind.NonFinite, nonFinite))
            .Concat(Enumerable.Repeat(AnswerKind.ClientError, clientErrors))
            .Select(kind => (kind, TimeSpan.FromMilliseconds(milliseconds))));

    internal static ProcessReport Process(ModelVersion version, params VariantCounts[] streams) =>
        new() { Version = version, Incarnation = Guid.CreateVersion7(), Streams = streams };
}
