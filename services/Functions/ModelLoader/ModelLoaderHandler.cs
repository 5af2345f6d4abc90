using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Hosting;
using ModelServing.Hosting.Functions;
using ModelServing.Registry;
using ModelServing.Registry.Safety;

namespace ModelServing.Functions.ModelLoader;

/// <summary>Answers the events of objects: checks the artifact whose manifest came, writes its verdict, and tells the pods that wait for it.</summary>
/// <remarks>
/// <code>
/// 1 read      the event; what is none is answered 400
/// 2 pick      a manifest that came into the registry's own bucket; all else is answered 200, as there is nothing to do
/// 3 check     the artifact, and write the verdict; the registry away is answered 503, and the event has to come again
/// 4 tell      the pods, whatever the verdict: each looks for itself
/// </code>
/// An event that comes twice, or late, does the same once more, and writes nothing where the same stands already.
/// </remarks>
internal sealed class ModelLoaderHandler(LoadedStore store, ArtifactNews news, TimeProvider time, ILogger<ModelLoaderHandler> logger) : IFunctionHandler
{
    private const string Name = nameof(FunctionName.ModelLoader);
    private const int Ok = 200;
    private const int Unavailable = 503;

    private static readonly Problem NoEvent = new(400, "no-object-event", "No event of an object");
    private static readonly Problem NoRegistry = new(Unavailable, "no-registry", "No registry");

    public async Task<FunctionAnswer> HandleAsync(FunctionCall call, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (store.Store is not { } registry)
            return NoRegistry.ToAnswer($"the environment variable {HostEnvironment.NameOf(nameof(FunctionsHostSettings.Registry))} is not set, so nothing can be checked", call.Id);
        ObjectEvent happened;
        try
        {
            happened = ObjectEvent.Read(call.Body); // 1
        }
        catch (ObjectEventException e)
        {
            ModelLoaderLog.NoEvent(logger, call.Body.Length, e.Message);
            return NoEvent.ToAnswer($"What came is no event of an object: {e.Message}", call.Id);
        }

        var report = await AnswerAsync(happened, registry, cancellation);
        ModelLoaderLog.Answered(logger, LevelOf(report.Outcome), report.Outcome, report.Object, happened.Id, report.Detail);
        return new FunctionAnswer(report.IsUnfinished ? Unavailable : Ok, report.ToUtf8());
    }

    private async Task<LoadReport> AnswerAsync(ObjectEvent happened, IObjectStore registry, CancellationToken cancellation)
    {
        // 2
        var shown = LoadReport.Shown(happened.Object);
        if (!happened.IsArrival)
            return new LoadReport(LoadOutcome.NotAnArrival, shown, $"the event is '{LoadReport.Shown(happened.Type)}'; there is nothing to do");
        if (registry.IsRemote && registry.Location != HostSources.BucketScheme + $"{happened.Namespace}/{happened.Bucket}")
            return new LoadReport(LoadOutcome.AnotherBucket, shown, $"the object is not in {registry.Location}; there is nothing to do");
        if (!ObjectKey.TryParse(happened.Object, out var key) || !RegistryLayout.TryParseManifest(key, out var version))
            return new LoadReport(LoadOutcome.NotAManifest, shown, "the object is no version's manifest; there is nothing to do");

        var report = await CheckAsync(version, shown, registry, cancellation); // 3
        report = report with { Model = version.Model.Text, Version = version.Version.Number };
        return report.Outcome is LoadOutcome.Accepted or LoadOutcome.Refused
            ? report with { NotTold = await news.PublishAsync(version.Model, version.Version, cancellation) } // 4
            : report;
    }

    private async Task<LoadReport> CheckAsync(PublishedVersion version, string shown, IObjectStore registry, CancellationToken cancellation)
    {
        try
        {
            var @checked = await new ArtifactCheck(registry, time, Name).CheckAsync(version.Model, version.Version, cancellation);
            var verdict = @checked.Verdict;
            var others = verdict.Findings.Count - 1 + verdict.MoreFindings;
            return new LoadReport(
                verdict.Outcome == VerdictOutcome.Accepted ? LoadOutcome.Accepted : LoadOutcome.Refused,
                shown,
                verdict.Findings.Count == 0 ? "nothing is wrong with it" : $"{verdict.Findings[0]}{(others > 0 ? $", and {others} more" : "")}")
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
    internal static partial void Answered(ILogger logger, LogLevel level, LoadOutcome outcome, string @object, string @event, string detail);

    [LoggerMessage(81, LogLevel.Warning, "What came ({Bytes} bytes) is no event of an object: {Why}")]
    internal static partial void NoEvent(ILogger logger, int bytes, string why);
}
