using ModelServing.Contracts;
using ModelServing.Contracts.Experiments;
using ModelServing.Contracts.Predictions;
using ModelServing.Jobs.Progress;
using ModelServing.Predictions.Reading;
using ModelServing.Predictions.Records;
using ModelServing.Registry;
using ModelServing.Runtime.Replays;

namespace ModelServing.Jobs.Replays;

/// <summary>Replays logged requests through a candidate and, next to it, through the version that answered them. Start here.</summary>
/// <remarks>
/// <code>
/// 1 read      answered requests, the newest first
/// 2 inputs    as they were recorded, features included; a request that lacks some is counted and left out
/// 3 call      both versions, one after the other, at most so many requests in a second
/// 4 compare   scores, decisions and, where the outcome is known, metrics
/// </code>
/// Nothing that is kept grows with the number of requests.
/// </remarks>
/// <param name="registry">The registry of the versions.</param>
/// <param name="models">The versions' processes.</param>
/// <param name="progress">Shows how far it is.</param>
/// <param name="time">The clock.</param>
internal sealed class ReplayRun(ModelRegistry registry, ReplayModels models, IStepProgress progress, TimeProvider time)
{
    private const int MostLargest = 10;

    private static readonly double[] Shares = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1];

    private readonly ReasonCounts left = new();
    private readonly SortedDictionary<int, long> answeredBy = [];
    private readonly VersionTally answered = new();
    private readonly VersionTally candidate = new();
    private readonly ValueBins differences = new();
    private readonly PriorityQueue<LargestDifference, double> largest = new();

    private (long Read, long Replayed, long Decisions, long Changed, long Equal, long Outcomes) counts;
    private (long Recorded, long Reproduced) recorded;
    private (DateTimeOffset? First, DateTimeOffset? Last) times;

    /// <exception cref="RegistryException">The candidate, or the store, can't be read.</exception>
    /// <exception cref="ReplayException">The candidate can't be opened.</exception>
    /// <exception cref="JobException">No request can be replayed.</exception>
    internal async Task<ReplayReport> RunAsync(ReplayRequest request, IReplaySource source, CancellationToken cancellation)
    {
        var (model, version) = (request.Replay.Model, request.Replay.Version!.Value);
        var manifest = await registry.ReadManifestAsync(model, version, cancellation);
        var rule = ScoreRule.From(request.Replay.Metrics, manifest);
        var tallies = MetricTally.For(MetricsOf(request.Replay, rule));
        var pace = new ReplayPace(request.Rate, time);
        progress.Begin("Replaying requests", request.Last);
        // 1
        await foreach (var (record, outcome) in source.ReadAsync(request.Last, cancellation))
        {
            counts.Read++;
            progress.Advance(1);
            if (await InputsAsync(record, manifest, cancellation) is not var (ofAnswered, ofCandidate))
                continue;
            // 3
            await pace.WaitAsync(cancellation);
            if (await CallAsync(record, version, ofAnswered, ofCandidate, cancellation) is not var (old, other))
                continue;
            Compare(record, outcome, rule, tallies, old, other, request.HasInputs); // 4
        }

        if (counts.Replayed == 0)
            throw Nothing(request.Replay, source);
        return Report(request, source, rule, tallies);
    }

    // Without metrics in the stack file, the ranking of the score is known wherever outcomes are.
    private static List<ExperimentMetric> MetricsOf(ReplayDocument replay, ScoreRule rule)
    {
        var own = replay.Metrics.Where(static metric => metric.Output is not null).ToList();
        if (own.Count > 0 || rule.Output is not { } output)
            return own;
        return [new ExperimentMetric { Name = "ranking", Kind = ExperimentMetricKind.Ranking, IsHigherBetter = true, Output = output }];
    }

    // 2
    private async Task<(IReadOnlyList<ReplayTensor> Answered, IReadOnlyList<ReplayTensor> Candidate)?> InputsAsync(
        PredictionRecord record, Manifest manifest, CancellationToken cancellation)
    {
        if (record.Version == manifest.Version.Number)
        {
            left.Add("the candidate itself answered them");
            return null;
        }

        Manifest other;
        try
        {
            other = await models.ManifestAsync(record.Version, cancellation);
        }
        catch (RegistryException e) when (e.Error == RegistryError.NotFound)
        {
            left.Add($"version {record.Version}, which answered them, is not in the registry");
            return null;
        }

        var (ofAnswered, missing) = RecordedInputs.Find(other, record);
        var (ofCandidate, missingToo) = RecordedInputs.Find(manifest, record);
        if (ofAnswered is not null && ofCandidate is not null)
            return (ofAnswered, ofCandidate);
        left.Add(missing ?? missingToo!);
        return null;
    }

    // Each version comes first as often as the other, so that neither has the warmer caches.
    private async Task<(IReadOnlyList<RecordedTensor>? Old, IReadOnlyList<RecordedTensor>? New)?> CallAsync(
        PredictionRecord record,
        ModelVersion version,
        IReadOnlyList<ReplayTensor> ofAnswered,
        IReadOnlyList<ReplayTensor> ofCandidate,
        CancellationToken cancellation)
    {
        var isCandidateFirst = counts.Replayed % 2 == 1;
        var early = isCandidateFirst ? await models.CallAsync(version.Number, ofCandidate, cancellation) : null;
        ReplayAnswer old;
        try
        {
            old = await models.CallAsync(record.Version, ofAnswered, cancellation);
        }
        catch (ReplayException e)
        {
            left.Add($"version {record.Version}, which answered them: {e.Message}");
            return null;
        }

        var other = early ?? await models.CallAsync(version.Number, ofCandidate, cancellation);
        counts.Replayed++;
        answeredBy[record.Version] = answeredBy.GetValueOrDefault(record.Version) + 1;
        var at = PredictionDocuments.TimeOf(record);
        times = (at < times.First ? at : times.First ?? at, at > times.Last ? at : times.Last ?? at);
        return (answered.Count(old), candidate.Count(other));
    }

    private void Compare(
        PredictionRecord record,
        Outcome? outcome,
        ScoreRule rule,
        IReadOnlyList<MetricTally> tallies,
        IReadOnlyList<RecordedTensor>? old,
        IReadOnlyList<RecordedTensor>? other,
        bool hasInputs)
    {
        if (outcome is not null)
            counts.Outcomes++;
        if (old is not null && rule.ScoreOf(old) is { } own && rule.ScoreOf(record.Outputs) is { } wasRecorded)
        {
            recorded.Recorded++;
            // Another processor may round the last digits differently.
            recorded.Reproduced += Math.Abs(own - wasRecorded) <= 1e-5 * Math.Max(1e-3, Math.Abs(wasRecorded)) ? 1 : 0;
        }

        if (old is null || other is null)
            return;
        if (rule.Differ(old, other) is { } differs)
        {
            counts.Decisions++;
            counts.Changed += differs ? 1 : 0;
        }

        if (outcome is not null)
        {
            foreach (var tally in tallies)
                tally.Add(record, outcome.Value, old, other);
        }

        if (rule.ScoreOf(old) is not { } before || rule.ScoreOf(other) is not { } after)
            return;
        differences.Add(after - before);
        counts.Equal += after == before ? 1 : 0;
        Keep(Math.Abs(after - before), () =>
        {
            var document = PredictionDocuments.Create(record, outcome);
            return new LargestDifference(
                record.RequestId, document.Time, record.Version, before, after, outcome?.Value, hasInputs ? document.Inputs : null);
        });
    }

    private void Keep(double size, Func<LargestDifference> create)
    {
        if (size == 0)
            return;
        if (largest.Count < MostLargest)
            largest.Enqueue(create(), size);
        else if (largest.TryPeek(out _, out var least) && size > least)
            largest.EnqueueDequeue(create(), size);
    }

    private ReplayReport Report(ReplayRequest request, IReplaySource source, ScoreRule rule, IReadOnlyList<MetricTally> tallies) => new()
    {
        Model = request.Replay.Model.Text,
        Version = request.Replay.Version!.Value.Number,
        Source = source.Location,
        Read = counts.Read,
        Replayed = counts.Replayed,
        NotReplayed = left.Frequent,
        First = times.First,
        Last = times.Last,
        AnsweredBy = answeredBy,
        Reproduced = recorded.Reproduced,
        WithRecordedScore = recorded.Recorded,
        Score = rule.Output,
        Threshold = rule.Threshold,
        Decisions = counts.Decisions,
        ChangedDecisions = counts.Changed,
        Differences =
        [
            .. from share in Shares
               let difference = differences.Quantile(share)
               where difference is not null
               select new ScoreQuantile(share, difference.Value),
        ],
        EqualScores = counts.Equal,
        Scores = differences.Count,
        Answered = answered.Figures,
        Candidate = candidate.Figures,
        Outcomes = counts.Outcomes,
        Metrics = [.. tallies.SelectMany(static tally => tally.Results()).Where(static result => result.Requests > 0)],
        Largest = [.. largest.UnorderedItems.OrderByDescending(static one => one.Priority).Select(static one => one.Element)],
    };

    private JobException Nothing(ReplayDocument replay, IReplaySource source) => new(
        JobExit.WrongInput,
        counts.Read == 0
            ? $"{source.Location} has no answered request of {replay.Model} in this time"
            : $"none of the {counts.Read} requests of {replay.Model} can be replayed: " +
                string.Join("; ", left.Frequent.Select(static reason => reason.Reason)));
}
