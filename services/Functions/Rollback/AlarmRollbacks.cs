using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Contracts.Journal;
using ModelServing.Contracts.Monitoring;
using ModelServing.Journal;
using ModelServing.Rollout.Journal;

namespace ModelServing.Functions.Rollback;

/// <summary>
/// The second path to a rollback: condemns the versions that alarms are about, once for each trial, however many callers there are and
/// however often they call. The function Rollback calls it with the streams of a message, ModelMetrics with all streams that fire.
/// </summary>
/// <remarks>
/// For each stream:
/// <code>
/// 1 alarm      is one of this environment's that lead to a rollback, and it fires
/// 2 subject    the dimensions name a version's trial in a variant beside stable
/// 3 journal    has the version in this very trial, neither condemned nor stable by now
/// 4 condemn    append an entry to the journal, unless it has the same fact already
/// 5 announce   it to the routers; a router that misses it reads the journal later
/// </code>
/// </remarks>
internal sealed class AlarmRollbacks(
    FunctionsHostSettings settings, RolloutJournal journal, Announcer announcer, TimeProvider time, ILogger<AlarmRollbacks> logger)
{
    /// <summary>Decides for each stream, and acts.</summary>
    /// <exception cref="OperationCanceledException">The call was canceled. Versions that it has condemned stay condemned; a repeated call
    /// finds them so.</exception>
    internal async Task<IReadOnlyList<StreamReport>> AnswerAsync(IEnumerable<AlarmStream> streams, CancellationToken cancellation)
    {
        var reports = new List<StreamReport>();
        var states = new Dictionary<ModelName, JournalState>();
        foreach (var stream in streams)
        {
            var report = await AnswerAsync(stream, states, cancellation);
            RollbackLog.Answered(logger, LevelOf(report.Outcome), report.Outcome, report.Alarm, report.Detail);
            reports.Add(report);
        }

        return reports;
    }

    private async Task<StreamReport> AnswerAsync(
        AlarmStream stream,
        Dictionary<ModelName, JournalState> states,
        CancellationToken cancellation)
    {
        // 1
        var alarm = AlarmOf(stream);
        if (alarm is null)
            return Report(
                RollbackOutcome.UnknownAlarm,
                $"'{stream.Title}' is not an alarm about models of the environment {settings.Environment}");
        if (!stream.IsFiring)
            return Report(RollbackOutcome.NothingToDo, "It no longer fires; a condemned version stays condemned until a person resets it");
        if (alarm.Route != AlarmRoute.Rollback)
            return Report(RollbackOutcome.NotForRollback, $"{alarm.Name} only notifies people; it never triggers a rollback");
        // 2
        if (!Subject.TryRead(stream.Dimensions, out var subject, out var fault))
            return Report(RollbackOutcome.WrongDimensions, fault);
        if (subject.Variant is VariantPlan.Stable or VariantPlan.Pinned)
            return Report(
                RollbackOutcome.NotACandidate,
                $"Version {subject.Version} of {subject.Model} was {subject.Variant} there, which alarms never condemn");
        try
        {
            // 3
            if (!states.TryGetValue(subject.Model, out var state))
            {
                state = JournalState.Empty(subject.Model).Apply(await journal.ReadAsync(subject.Model, 0, cancellation));
                states[subject.Model] = state;
            }

            if (Refuse(subject, state) is var (outcome, detail))
                return Report(outcome, detail) with
                {
                    Seq = outcome == RollbackOutcome.AlreadyCondemned ? state.Condemned(subject.Version)?.Seq : null,
                };
            var decision = Decide(alarm, stream, subject);
            var summary = SummaryOf(alarm, stream);
            if (settings.DryRun)
                return Report(RollbackOutcome.WouldCondemn, $"{subject} would be condemned: {summary}; this is a dry run");
            // 4
            var appended = await journal.AppendAsync(decision, cancellation);
            states.Remove(subject.Model);
            if (!appended.IsOurs)
                return Report(RollbackOutcome.AlreadyCondemned, $"Another caller condemned {subject} at the same time") with
                {
                    Seq = appended.Seq,
                };
            // 5
            var announced = await announcer.AnnounceEventAsync(subject.Model, appended.Seq, cancellation) is { } failure
                ? $"not announced to the routers, which find it when they next read the journal: {failure}"
                : "announced to the routers";
            return Report(RollbackOutcome.Condemned, $"{subject} is condemned: {summary}; {announced}") with { Seq = appended.Seq };
        }
        catch (JournalException e)
        {
            return Report(RollbackOutcome.JournalUnread, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The other streams may be about other models.
            return Report(RollbackOutcome.JournalUnread, $"unexpected {e.GetType().Name}: {e.Message}");
        }

        StreamReport Report(RollbackOutcome outcome, string detail) => new(
            outcome,
            alarm?.Name ?? stream.Title,
            stream.Dimensions.GetValueOrDefault(ModelMetric.Model),
            stream.Dimensions.GetValueOrDefault(ModelMetric.Version),
            stream.Dimensions.GetValueOrDefault(ModelMetric.Variant),
            stream.Dimensions.GetValueOrDefault(ModelMetric.Trial),
            detail);
    }

    private static LogLevel LevelOf(RollbackOutcome outcome) => outcome switch
    {
        // People should look at these.
        RollbackOutcome.Condemned or RollbackOutcome.WouldCondemn or RollbackOutcome.JournalUnread => LogLevel.Error,
        _ => LogLevel.Information,
    };

    // A person may have given an alarm another title. If the title is not one of ours at all, the query identifies the alarm.
    private AlarmDefinition? AlarmOf(AlarmStream stream) => AlarmNames.Find(BucketName.Project, settings.Environment, stream.Title)
        ?? (stream.Title.StartsWith(BucketName.Project + "-", StringComparison.Ordinal) || stream.Query is not { } query
            ? null
            : ModelAlarms.All.FirstOrDefault(alarm => Compact(alarm.Query) == Compact(query)));

    private static string Compact(string query) => string.Concat(query.Where(static c => !char.IsWhiteSpace(c)));

    private static (RollbackOutcome Outcome, string Detail)? Refuse(Subject subject, JournalState state)
    {
        var (model, version, _, trial) = subject;
        if (state.LastSeq == 0)
            return (RollbackOutcome.UnknownModel, $"The journal has no event of {model}");
        if (!Knows(state, version))
            return (RollbackOutcome.UnknownVersion, $"The journal has no rollout of {model} with version {version}");
        if (state.TrialOf(version) is var current && current != trial)
            return (RollbackOutcome.AnotherTrial, $"Version {version} of {model} is in trial {current} now, but the alarm is about " +
                $"trial {trial}");
        if (state.Condemned(version) is { } condemned)
            return (RollbackOutcome.AlreadyCondemned, $"{subject} is condemned already, since {condemned.Time:yyyy-MM-dd HH:mm:ss'Z'} " +
                $"by {condemned.Who}");
        if (state.LastGood is { } good && good.Rollout.Stable.Version == version)
            return (RollbackOutcome.NotACandidate, $"Version {version} of {model} is stable now, which alarms never condemn");
        return null;
    }

    private static bool Knows(JournalState state, ModelVersion version) =>
        state.Versions.ContainsKey(version)
        || state.Served.Any(served => served.Rollout.Versions.Contains(version))
        || (state.LastRollout?.Rollout.Versions.Contains(version) ?? false);

    private RolledBackEvent Decide(AlarmDefinition alarm, AlarmStream stream, Subject subject) => new()
    {
        Model = subject.Model,
        Time = time.GetUtcNow(),
        Version = subject.Version,
        Trial = subject.Trial,
        Variant = subject.Variant,
        Reason = RollbackReason.Alarm,
        Who = $"alarm {alarm.Name}",
        Evidence = JsonSerializer.SerializeToElement(
            new AlarmEvidence(
                SummaryOf(alarm, stream),
                alarm.Name,
                Cut(stream.Title),
                stream.Query is { } query ? Cut(query) : null,
                stream.Time,
                stream.Value,
                subject.Dimensions),
            RollbackJson.Default.AlarmEvidence),
    };

    private static string SummaryOf(AlarmDefinition alarm, AlarmStream stream)
    {
        var time = stream.Time is { } fired
            ? string.Create(CultureInfo.InvariantCulture, $" at {fired.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}")
            : "";
        return $"{alarm.Name} fired{time}{(stream.Value is { } value ? $" with {value}" : "")}";
    }

    private static string Cut(string text) => text[..Math.Min(text.Length, 2000)];
}
