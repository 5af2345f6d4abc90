using System.Globalization;
using DuckDB.NET.Data;
using ModelServing.Contracts.Experiments;
using ModelServing.Contracts.Predictions;
using ModelServing.Jobs.Export;
using ModelServing.Jobs.Progress;
using ModelServing.Predictions;
using ModelServing.Rollout.Experiments;

namespace ModelServing.Jobs.Experiments;

/// <summary>Compares the arms of an experiment with stable. Start here.</summary>
/// <remarks>
/// <code>
/// 1 read     the predictions of the experiment's revision with their outcomes, into a DuckDB file
/// 2 group    by request, unit and arm
/// 3 check    whether the units came to the arms in the planned shares
/// 4 measure  each metric, from the sums of the units
/// 5 compare  each arm with stable, at the end and at earlier times
/// </code>
/// </remarks>
/// <param name="store">The prediction log.</param>
/// <param name="progress">Shows the steps.</param>
internal sealed class ExperimentAnalysis(IPredictionStore store, IStepProgress progress)
{
    // A ranking costs a bootstrap at each point.
    private const int PointsOfRankingStep = 4;

    /// <param name="request">What to analyse.</param>
    /// <param name="folder">A folder for temporary files, which the caller removes.</param>
    /// <param name="cancellation">Stops the job.</param>
    /// <exception cref="PredictionStoreException">The log can't be read.</exception>
    /// <exception cref="JobException">There is nothing to compare, or the rows don't fit.</exception>
    internal async Task<ExperimentReport> RunAsync(ExperimentRequest request, string folder, CancellationToken cancellation)
    {
        try
        {
            using var staged = new StagedDecisions(request, folder);
            // 1
            await new ExperimentLog(store, progress).ReadAsync(request, staged, cancellation);
            // 2
            progress.Begin("Grouping by unit");
            staged.Group(cancellation);
            var arms = staged.CountArms();
            if (arms.Sum(static arm => arm.Units) == 0)
                throw Empty(request);
            // 3
            var shares = Check(request, staged);
            // 4
            var figures = new List<Figure>();
            foreach (var metric in request.Experiment.Metrics)
            {
                progress.Begin($"Measuring {metric.Name}");
                figures.AddRange(metric.Kind == ExperimentMetricKind.Ranking
                    ? Rank(metric, staged, arms.Count, cancellation)
                    : [Sum(metric, staged, arms.Count)]);
                cancellation.ThrowIfCancellationRequested();
            }

            // 5
            var alpha = request.Experiment.Alpha / (figures.Count * (arms.Count - 1));
            return new ExperimentReport
            {
                Model = request.Experiment.Model.Text,
                Experiment = request.Experiment.Name,
                Revision = request.Experiment.Revision,
                Since = request.Since,
                Until = request.Until,
                WindowSeconds = request.Experiment.WindowMilliseconds / 1000d,
                Alpha = request.Experiment.Alpha,
                AlphaOfEach = alpha,
                Arms = arms,
                Shares = shares,
                Comparisons =
                [
                    .. from arm in Enumerable.Range(0, arms.Count - 1)
                       from figure in figures
                       select Compare(figure, arm, arms, alpha, shares.PValue, point => TimeOf(point, staged, request.Window)),
                ],
                Notes = [.. Notes(request, staged, arms)],
            };
        }
        catch (DuckDBException e)
        {
            cancellation.ThrowIfCancellationRequested();
            throw StagedRows.Explain(e);
        }
    }

    private static ShareCheck Check(ExperimentRequest request, StagedDecisions staged)
    {
        var total = request.Experiment.Arms.Sum(static arm => (double)arm.Weight);
        var ratio = new SampleRatio([.. request.Experiment.Arms.Select(arm => arm.Weight / total)]);
        var points = new List<SharePoint>();
        foreach (var counts in staged.CountUnits())
        {
            ratio.Add(counts);
            points.Add(new SharePoint(TimeOf(points.Count, staged, window: 0), ratio.PValue));
        }

        return new ShareCheck(ratio.PValue, ratio.PValue >= ArmComparison.LeastSharePValue, points);
    }

    private static Figure Sum(ExperimentMetric metric, StagedDecisions staged, int arms)
    {
        var sums = new UnitSums[arms];
        var estimates = new List<ArmEstimate?[]>();
        foreach (var more in staged.Sum(metric))
        {
            for (var arm = 0; arm < arms; arm++)
                sums[arm] += more[arm];
            estimates.Add([.. sums.Select(static sum => sum.Estimate())]);
        }

        return new Figure(metric.Name, metric.IsHigherBetter, metric.Smallest, estimates);
    }

    private static IEnumerable<Figure> Rank(ExperimentMetric metric, StagedDecisions staged, int arms, CancellationToken cancellation)
    {
        var (areas, precisions) = (Empty(arms), Empty(arms));
        for (var arm = 0; arm < arms; arm++)
        {
            var (sums, point) = (new RankingSums(), 0);
            foreach (var row in staged.Rank(metric, arm))
            {
                cancellation.ThrowIfCancellationRequested();
                for (; point < row.Point; point++)
                    Keep();
                sums.Add(row.Unit, row.Score, row.IsPositive);
            }

            for (; point < StagedDecisions.Points; point++)
                Keep();

            void Keep()
            {
                if ((point + 1) % PointsOfRankingStep == 0)
                    (areas[point][arm], precisions[point][arm]) = (sums.Area(), sums.AveragePrecision());
            }
        }

        return
        [
            new Figure($"{metric.Name} AUC", true, metric.Smallest, areas),
            new Figure($"{metric.Name} average precision", true, metric.Smallest, precisions),
        ];

        static List<ArmEstimate?[]> Empty(int arms) => [.. Enumerable.Range(0, StagedDecisions.Points).Select(_ => new ArmEstimate?[arms])];
    }

    private static MetricComparison Compare(
        Figure figure, int arm, IReadOnlyList<ArmCounts> arms, double alpha, double sharePValue, Func<int, DateTimeOffset> timeOf)
    {
        var end = figure.Estimates[^1];
        var smallest = figure.Smallest ?? Math.Abs(end[^1]?.Value ?? 0) * ExperimentMetric.SmallestShare;
        if (smallest <= 0)
            smallest = ExperimentMetric.SmallestShare;
        var points = new List<IntervalPoint>();
        for (var point = 0; point < figure.Estimates.Count; point++)
        {
            if (figure.Estimates[point][^1] is { } stable && figure.Estimates[point][arm] is { } other
                && ConfidenceSequence.Between(stable, other, alpha) is { } seen)
                points.Add(new IntervalPoint(timeOf(point), stable.Units + other.Units, seen.Value, seen.Lower, seen.Upper));
        }

        var question = new ComparisonQuestion(arms[arm].Name, figure.Name, figure.IsHigherBetter, smallest, alpha);
        return new MetricComparison(
            figure.Name,
            arms[arm].Name,
            figure.IsHigherBetter,
            smallest,
            ArmComparison.Create(end[^1], end[arm], question, sharePValue),
            points);
    }

    private static IEnumerable<string> Notes(ExperimentRequest request, StagedDecisions staged, IReadOnlyList<ArmCounts> arms)
    {
        var (units, requests) = (arms.Sum(static arm => arm.Units), staged.CountUnitsWithoutKey());
        if (request.Experiment.HasRoutingKey && requests > 0)
        {
            yield return $"{Text(requests)} of {Text(units)} units are single requests, because their records have no hash of a routing "
                + "key: callers sent none, or the log has no key for hashes. If one caller made several of them, the intervals are too "
                + "narrow.";
        }

        if (arms.Sum(static arm => arm.MovedUnits) is var moved and > 0)
        {
            yield return $"{Text(moved)} units were in more than one arm, because weights changed or an arm was condemned. They count in "
                + "their first.";
        }

        if (arms.Sum(static arm => arm.ClosedUnits) is 0)
            yield return "The window of no unit has closed yet.";
    }

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static DateTimeOffset TimeOf(int point, StagedDecisions staged, long window) =>
        DateTimeOffset.UnixEpoch.AddMicroseconds(staged.First + ((point + 1) * staged.Step) + window);

    private static JobException Empty(ExperimentRequest request) => new(
        JobExit.WrongInput,
        $"there is no prediction of {request.Experiment.Model} with the revision {request.Experiment.Revision} of the experiment " +
            $"{request.Experiment.Name} from {IsoTime.Write(request.Since)} to {IsoTime.Write(request.Until)}");
}
