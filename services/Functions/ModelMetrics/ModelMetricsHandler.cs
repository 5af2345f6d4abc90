using Microsoft.Extensions.Logging;
using ModelServing.Cache;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Contracts.Monitoring;
using ModelServing.Functions.Listener;
using ModelServing.Functions.Rollback;
using ModelServing.Journal;
using ModelServing.Oci.Monitoring;

namespace ModelServing.Functions.ModelMetrics;

/// <summary>Posts the counts of Inference for the past minutes to Monitoring, and answers alarms that fire. It is called every minute, and
/// ignores the payload.</summary>
/// <remarks>
/// <code>
/// 1 claim     the past minutes that are not posted and not claimed by another run
/// 2 read      the reports of those and of the minutes before; the journal, for refused rollouts
/// 3 post      each minute in batches, the heartbeat last, and mark it as posted
/// 4 answer    the streams that alarms fire for, as Rollback would: a message may have been lost
/// </code>
/// Without the cache nothing is posted, not even the heartbeat, so an alarm reports its absence. Any other failure is in the answer, and
/// the other steps still run.
/// </remarks>
internal sealed class ModelMetricsHandler(
    FunctionsHostSettings settings,
    IMonitoring monitoring,
    RolloutJournal journal,
    AlarmRollbacks rollbacks,
    TimeProvider time,
    ILogger<ModelMetricsHandler> logger) : IFunctionHandler
{
    /// <summary>How many past minutes are posted after a time without calls.</summary>
    internal const int Back = 5;

    /// <summary>For how many minutes a stream without any report is posted as missing.</summary>
    internal const int Missed = 10;

    // One after another, a thousand models would take longer than their minute.
    private const int AtATime = 16;
    private const int PostsAtATime = 4;

    private const int Ok = 200;
    private const int BadGateway = 502;
    private const int Unavailable = 503;

    private static readonly TimeSpan LeastLease = TimeSpan.FromSeconds(5);

    // Includes connecting, on a small part of a processor.
    private static readonly CacheLimits Limits = new() { Answer = TimeSpan.FromSeconds(4), Connect = TimeSpan.FromSeconds(3) };

    private readonly RefusedRollouts refused = new(journal, time);

    /// <summary>How long to wait for the last reports of a minute after its end.</summary>
    internal static TimeSpan GraceOf(TimeSpan minute) => minute / 6;

    /// <summary>Answers with a <see cref="ModelMetricsReport"/>: 200, 503 if the cache was unavailable, 502 if anything else was.</summary>
    public async Task<FunctionAnswer> HandleAsync(FunctionCall call, CancellationToken cancellation)
    {
        var report = new ModelMetricsReport();
        var cache = settings.Cache
            ?? throw new ContractException(
                $"the environment variable {CacheSettings.AddressesVariable} is not set; it must be {CacheSettings.Form}");
        // A new connection for each call: the container is frozen in between, and a connection that was kept would be dead.
        await using (var connection = CacheConnection.Open(cache, Limits, time))
        {
            try
            {
                await PostAsync(connection, report, cancellation);
            }
            catch (CacheException e)
            {
                report.IsCacheUnavailable = true;
                report.Faults.Add(e.Message);
            }
            catch (MonitoringException e)
            {
                report.Faults.Add(e.Message);
            }
        }

        await AnswerAsync(report, cancellation);
        foreach (var fault in report.Faults)
            ModelMetricsLog.Fault(logger, fault);
        ModelMetricsLog.Posted(logger, report.Minutes.Count, report.Minutes.Sum(static minute => minute.Streams), report.Models);
        return new FunctionAnswer(report.IsCacheUnavailable ? Unavailable : report.Faults.Count > 0 ? BadGateway : Ok, report.ToUtf8());
    }

    private async Task PostAsync(CacheConnection connection, ModelMetricsReport report, CancellationToken cancellation)
    {
        // 1
        var minutes = await ClaimAsync(new PostedMinutes(connection, settings.Environment, settings.Minute), cancellation);
        if (minutes.Count == 0)
            return;
        // 2
        var reports = new MinuteReports(connection, settings.Environment, settings.Minute);
        var (models, leftOut) = await reports.ModelsAsync(minutes[^1] + 1, cancellation);
        report.Models = models.Count;
        if (leftOut > 0)
        {
            report.Faults.Add(
                $"{leftOut} models have no figures and no alarms: ModelMetrics posts those of at most {ModelMetricCatalogue.MaxModels}; "
                    + "move models to another environment");
        }

        var metrics = minutes.ToDictionary(static minute => minute, static _ => new List<MetricData>());
        foreach (var some in models.Chunk(AtATime))
        {
            var read = await Task.WhenAll(some.Select(model => ReadAsync(model, reports, metrics.Keys, cancellation)));
            foreach (var (model, all) in some.Zip(read))
                Add(model, all, metrics, report);
        }

        var inputs = new InputReports(connection, settings.Environment, settings.Minute);
        foreach (var model in models)
            await AddInputsAsync(model, inputs, metrics, report, cancellation);
        await AddFeaturesAsync(new FeatureReports(connection, settings.Environment, settings.Minute), metrics, report, cancellation);
        await AddRefusedAsync(models, metrics, report, cancellation);
        // 3
        foreach (var minute in minutes)
        {
            metrics[minute].Add(NumbersOf(minute).Beat(settings.Environment));
            report.Minutes.Add(await PostAsync(minute, metrics[minute], report, cancellation));
            await new PostedMinutes(connection, settings.Environment, settings.Minute).MarkAsync(minute, cancellation);
        }
    }

    private async Task<IReadOnlyList<long>> ClaimAsync(PostedMinutes posted, CancellationToken cancellation)
    {
        var run = Guid.NewGuid();
        var lease = settings.Minute / 2 is var half && half > LeastLease ? half : LeastLease;
        var last = MinuteReports.NumberOf(time.GetUtcNow() - GraceOf(settings.Minute), settings.Minute) - 1;
        var claimed = new List<long>();
        for (var minute = last - Back + 1; minute <= last; minute++)
        {
            if (await posted.TakeAsync(minute, run, lease, cancellation))
                claimed.Add(minute);
        }

        return claimed;
    }

    private static Task<ModelMinute[]> ReadAsync(
        ModelName model, MinuteReports reports, IReadOnlyCollection<long> minutes, CancellationToken cancellation)
    {
        var first = minutes.Min() - Missed;
        return Task.WhenAll(Enumerable.Range(0, (int)(minutes.Max() - first) + 1)
            .Select(i => reports.ReadAsync(model, first + i, cancellation)));
    }

    private void Add(ModelName model, ModelMinute[] read, Dictionary<long, List<MetricData>> metrics, ModelMetricsReport report)
    {
        var first = metrics.Keys.Min() - Missed;
        foreach (var (minute, data) in metrics)
        {
            var at = (int)(minute - first);
            var before = read[(at - Missed)..at].SelectMany(static earlier => earlier.Processes).ToList();
            data.AddRange(NumbersOf(minute).Compute(model, read[at].Processes, before, out var leftOut));
            if (leftOut > 0)
            {
                report.Faults.Add(
                    $"{model} has {leftOut} more variants and trials in the minute of {StartOf(minute):O} than the " +
                        $"{MinuteNumbers.MaxStreams} that are posted");
            }

            if (read[at].Unreadable > 0)
            {
                report.Faults.Add(
                    $"{read[at].Unreadable} reports of {model} in the minute of {StartOf(minute):O} can't be read: a newer or a " +
                        $"foreign program wrote them");
            }
        }
    }

    private async Task AddInputsAsync(
        ModelName model, InputReports reports, Dictionary<long, List<MetricData>> metrics, ModelMetricsReport report,
        CancellationToken cancellation)
    {
        foreach (var (minute, data) in metrics)
        {
            try
            {
                data.AddRange(new InputNumbers(StartOf(minute), settings.Minute)
                    .Compute(model, await reports.ReadAsync(model, minute, cancellation)));
            }
            catch (ContractException e)
            {
                report.Faults.Add($"{e.Message} ({model}, the minute of {StartOf(minute):O})");
            }
        }
    }

    private async Task AddFeaturesAsync(
        FeatureReports reports, Dictionary<long, List<MetricData>> metrics, ModelMetricsReport report, CancellationToken cancellation)
    {
        var first = metrics.Keys.Min() - Missed;
        var read = await Task.WhenAll(Enumerable.Range(0, (int)(metrics.Keys.Max() - first) + 1).Select(i => FindAsync(first + i)));
        foreach (var (minute, data) in metrics)
        {
            var at = (int)(minute - first);
            data.AddRange(new FeatureNumbers(StartOf(minute), settings.Minute)
                .Compute(settings.Environment, read[at], read[(at - Missed)..at]));
        }

        async Task<FeatureReport?> FindAsync(long minute)
        {
            try
            {
                return await reports.FindAsync(minute, cancellation);
            }
            catch (ContractException e)
            {
                lock (report.Faults)
                    report.Faults.Add($"{e.Message} (the minute of {StartOf(minute):O})");
                return null;
            }
        }
    }

    private async Task AddRefusedAsync(
        IReadOnlyList<ModelName> models,
        Dictionary<long, List<MetricData>> metrics,
        ModelMetricsReport report,
        CancellationToken cancellation)
    {
        try
        {
            var states = await refused.ReadAsync(models, report.Faults, cancellation);
            foreach (var (minute, data) in metrics)
                data.AddRange(models.Where(states.ContainsKey).Select(model => NumbersOf(minute).Refused(model, states[model])));
        }
        catch (JournalException e)
        {
            report.Faults.Add(e.Message);
        }
    }

    private async Task<PostedMinute> PostAsync(
        long minute,
        List<MetricData> streams,
        ModelMetricsReport report,
        CancellationToken cancellation)
    {
        var refusedByMonitoring = 0;
        var posts = new List<(MetricData[] Batch, MetricPostAnswer Answer)>();
        foreach (var some in streams.Chunk(MetricPost.MaxStreams).Chunk(PostsAtATime))
            posts.AddRange(some.Zip(await Task.WhenAll(some.Select(batch => monitoring.PostAsync(new MetricPost(batch), cancellation)))));
        foreach (var (batch, answer) in posts)
        {
            if (answer.FailedMetricsCount == 0)
                continue;
            refusedByMonitoring += answer.FailedMetricsCount;
            var why = answer.FailedMetrics is [var failed, ..] ? $", as {failed.MetricData.Name}: {failed.Message}" : "";
            report.Faults.Add($"{monitoring.Location} refused {answer.FailedMetricsCount} of {batch.Length} streams of the minute of " +
                $"{StartOf(minute):O}{why}");
        }

        return new PostedMinute(StartOf(minute), streams.Count, refusedByMonitoring);
    }

    // 4
    private async Task AnswerAsync(ModelMetricsReport report, CancellationToken cancellation)
    {
        List<AlarmDefinition> alarms = [.. ModelAlarms.All.Where(static alarm => alarm.Route == AlarmRoute.Rollback)];
        try
        {
            var names = alarms.Select(alarm => AlarmNames.From(BucketName.Project, settings.Environment, alarm.Name));
            var firing = await monitoring.FiringAsync([.. names], cancellation);
            report.Firing.AddRange(await rollbacks.AnswerAsync(
                firing.Where(one => AlarmNames.Find(BucketName.Project, settings.Environment, one.Alarm) is { Route: AlarmRoute.Rollback })
                    .Select(AlarmStream.From),
                cancellation));
            report.Faults.AddRange(report.Firing.Where(static one => one.Outcome == RollbackOutcome.JournalUnread)
                .Select(static one => one.Detail));
        }
        catch (MonitoringException e)
        {
            report.Faults.Add(e.Message);
        }
    }

    private MinuteNumbers NumbersOf(long minute) => new(StartOf(minute), settings.Minute);

    private DateTimeOffset StartOf(long minute) => MinuteReports.StartOf(minute, settings.Minute);
}

internal static partial class ModelMetricsLog
{
    [LoggerMessage(70, LogLevel.Information, "Posted {Minutes} minutes with {Streams} streams of {Models} models")]
    internal static partial void Posted(ILogger logger, int minutes, int streams, int models);

    [LoggerMessage(71, LogLevel.Error, "{Fault}")]
    internal static partial void Fault(ILogger logger, string fault);
}
