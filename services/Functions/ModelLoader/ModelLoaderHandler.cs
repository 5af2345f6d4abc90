using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Functions.Listener;
using ModelServing.Hosting;
using ModelServing.Hosting.Memory;
using ModelServing.Registry;
using ModelServing.Registry.FirstRuns;
using ModelServing.Registry.Safety;

namespace ModelServing.Functions.ModelLoader;

/// <summary>Answers the events of objects: checks the artifact of a new manifest, writes the verdict, and announces it to the pods that
/// wait.</summary>
/// <remarks>
/// <code>
/// 1 read      the event; any other payload is answered with 400
/// 2 select    a new manifest in the registry's own bucket; for all else there is nothing to do, and the answer is 200
/// 3 check     the artifact by the rules and a first run, and write the verdict; if the registry is unavailable, the answer is 503 and the
///             event must be sent again
/// 4 announce  it to the pods, whatever the verdict: each checks for itself
/// </code>
/// An event that arrives twice, or late, does the same again and does not write a verdict that exists already.
/// </remarks>
internal sealed class ModelLoaderHandler(
    LoadedStore store,
    Announcer announcer,
    FirstRunProgram firstRun,
    TimeProvider time,
    ILogger<ModelLoaderHandler> logger) : IFunctionHandler
{
    private const string Name = nameof(FunctionName.ModelLoader);
    // What this program uses at most while it passes a model on.
    private const long Program = 192L * 1024 * 1024;

    private const int Ok = 200;
    private const int Unavailable = 503;

    // In which the verdict is written, and the process of the model starts and ends.
    private static readonly TimeSpan Reserve = TimeSpan.FromSeconds(30);

    private static readonly Problem NoEvent = new(400, "no-object-event", "Not an object's event");
    private static readonly Problem NoRegistry = new(Unavailable, "no-registry", "No registry");

    public async Task<FunctionAnswer> HandleAsync(FunctionCall call, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (store.Store is not { } registry)
        {
            var variable = HostEnvironment.NameOf(nameof(FunctionsHostSettings.Registry));
            return FunctionAnswer.From(
                NoRegistry,
                $"the environment variable {variable} is not set, so no artifact can be checked",
                call.Id);
        }

        ObjectEvent objectEvent;
        try
        {
            objectEvent = ObjectEvent.Read(call.Body); // 1
        }
        catch (ObjectEventException e)
        {
            ModelLoaderLog.NoEvent(logger, call.Body.Length, e.Message);
            return FunctionAnswer.From(NoEvent, $"The payload is not an object's event: {e.Message}", call.Id);
        }

        var report = await AnswerAsync(objectEvent, registry, call.Deadline, cancellation);
        ModelLoaderLog.Answered(logger, LevelOf(report.Outcome), report.Outcome, report.Object, objectEvent.Id, report.Detail);
        return new FunctionAnswer(report.IsUnfinished ? Unavailable : Ok, report.ToUtf8());
    }

    private async Task<LoadReport> AnswerAsync(
        ObjectEvent objectEvent, IObjectStore registry, DateTimeOffset? deadline, CancellationToken cancellation)
    {
        // 2
        var shown = LoadReport.Shown(objectEvent.Object);
        if (!objectEvent.IsArrival)
            return new LoadReport(
                LoadOutcome.NotAnArrival,
                shown,
                $"the event is '{LoadReport.Shown(objectEvent.Type)}'; there is nothing to do");
        if (registry.IsRemote && registry.Location != HostSources.BucketScheme + $"{objectEvent.Namespace}/{objectEvent.Bucket}")
            return new LoadReport(LoadOutcome.AnotherBucket, shown, $"the object is not in {registry.Location}; there is nothing to do");
        if (!ObjectKey.TryParse(objectEvent.Object, out var key) || !RegistryLayout.TryParseManifest(key, out var version))
            return new LoadReport(LoadOutcome.NotAManifest, shown, "the object is not a version's manifest; there is nothing to do");

        var report = await CheckAsync(version, shown, registry, deadline, cancellation); // 3
        report = report with { Model = version.Model.Text, Version = version.Version.Number };
        return report.Outcome is LoadOutcome.Accepted or LoadOutcome.Refused
            ? report with { NotTold = await announcer.AnnounceArtifactAsync(version.Model, version.Version, cancellation) } // 4
            : report;
    }

    private async Task<LoadReport> CheckAsync(
        PublishedVersion version, string shown, IObjectStore registry, DateTimeOffset? deadline, CancellationToken cancellation)
    {
        try
        {
            var check = new ArtifactCheck(
                registry,
                time,
                Name,
                firstRun: (manifest, model, token) => new FirstRun(firstRun).RunAsync(
                    manifest,
                    model,
                    FirstRunLimits.For(manifest.Size, Room(), deadline - time.GetUtcNow() - Reserve),
                    token));
            var @checked = await check.CheckAsync(version.Model, version.Version, cancellation);
            var verdict = @checked.Verdict;
            var others = verdict.Findings.Count - 1 + verdict.MoreFindings;
            return new LoadReport(
                verdict.Outcome == VerdictOutcome.Accepted ? LoadOutcome.Accepted : LoadOutcome.Refused,
                shown,
                verdict.Findings.Count == 0
                    ? verdict.Untried is { } why ? $"the artifact has no faults, but was not run: {why}" : "the artifact has no faults"
                    : $"{verdict.Findings[0]}{(others > 0 ? $", and {others} more" : "")}")
            {
                IsNew = @checked.IsNew,
                Findings = [.. verdict.Findings.Select(static finding => finding.Code).Distinct()],
            };
        }
        catch (RegistryException e)
        {
            return new LoadReport(e.Error == RegistryError.NotFound ? LoadOutcome.Gone : LoadOutcome.RegistryUnread, shown, e.Message);
        }
    }

    // What the container leaves to the process that runs the model.
    private static long? Room() =>
        ProcessMemory.Limit is { } limit ? Math.Max(0, limit - Math.Max(Environment.WorkingSet, Program)) : null;

    private static LogLevel LevelOf(LoadOutcome outcome) => outcome switch
    {
        LoadOutcome.Refused or LoadOutcome.RegistryUnread => LogLevel.Error,
        LoadOutcome.AnotherBucket => LogLevel.Warning,
        _ => LogLevel.Information,
    };
}

internal static partial class ModelLoaderLog
{
    [LoggerMessage(EventId = 80, Message = "{Outcome}: {Object} (event {Event}): {Detail}")]
    internal static partial void Answered(
        ILogger logger,
        LogLevel level,
        LoadOutcome outcome,
        string @object,
        string @event,
        string detail);

    [LoggerMessage(81, LogLevel.Warning, "The payload ({Bytes} bytes) is not an object's event: {Why}")]
    internal static partial void NoEvent(ILogger logger, int bytes, string why);
}
