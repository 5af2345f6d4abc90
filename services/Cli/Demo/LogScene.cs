using System.Globalization;
using ModelServing.Cli.Predictions;
using ModelServing.Cli.Rollouts;
using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Oci;
using Spectre.Console;

namespace ModelServing.Cli.Demo;

/// <summary>The demo's scene about the prediction log: the outcomes become known and are posted, and then the log alone tells how many
/// predictions each variant made and how right they were.</summary>
internal sealed class LogScene(Platform platform, string path, Terminal terminal, TimeProvider time)
{
    // A record lands a moment after its answer.
    private const int Readings = 60;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Plays the scene.</summary>
    /// <param name="answers">The answer to each payment.</param>
    /// <param name="began">When the first of them was sent.</param>
    /// <param name="cancellation">Cancels the call.</param>
    internal async Task<LogReport> PlayAsync(
        IReadOnlyList<DemoAnswer> answers, DateTimeOffset began, CancellationToken cancellation)
    {
        var outcomes = answers
            .Where(static one => one is { Failure: null, RequestId: not null })
            .Select(static one => new Outcome(one.RequestId!, OutcomeValue.FromFlag(one.IsFraud)))
            .ToList();
        using (var posts = new OutcomePosts(platform.Api, platform.OperatorKey, time))
            await posts.PostAsync(outcomes, cancellation);

        var log = await ReadAsync(began, outcomes.Count, cancellation);
        var report = new LogReport
        {
            Answered = outcomes.Count,
            Logged = log.Variants.Sum(static variant => variant.Predictions),
            Variants = log.Variants,
            Example = log.Example,
        };
        var byVariant = string.Join(", ", report.Variants.Select(static variant =>
            string.Create(CultureInfo.InvariantCulture, $"{variant.Variant} v{variant.Version} {variant.Predictions:N0}")));
        terminal.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"The prediction log has {report.Logged:N0} of {report.Answered:N0} answered payments: {byVariant}. One of them:"));
        if (report.Example is { } example)
            await ShowAsync(example, cancellation);
        terminal.Say("The true frauds were posted as outcomes. The accuracy of each version, computed from the log alone:");
        terminal.Show(report, static report => OutcomeFigures.Table(report.Variants));
        if (!report.AsExpected)
            terminal.Warn("the log does not have every answered payment once, with its outcome");
        return report;
    }

    private async Task<LogReading> ReadAsync(DateTimeOffset began, int answered, CancellationToken cancellation)
    {
        var store = PredictionStores.Open(
            HostSources.Sqlite(path), PredictionLogSettings.MostRetentionDays, oci: null);
        using var closing = store as IDisposable;
        var log = new LogReading(store);
        for (var readings = 1; readings <= Readings; readings++)
        {
            log = new LogReading(store);
            await log.ReadAsync(began, time.GetUtcNow(), cancellation);
            if (log.Variants.Sum(static variant => variant.Predictions) >= answered)
                break;
            await Task.Delay(Pause, time, cancellation);
        }

        return log;
    }

    private async Task ShowAsync(string requestId, CancellationToken cancellation)
    {
        using var admin = new AdminClient(platform.Admin, OperatorCredential.OfKey(platform.OperatorKey));
        var prediction = await admin.PredictionAsync(requestId, cancellation);
        terminal.Show(prediction, PredictionReport.Render);
        terminal.Say($"  [bold]{Markup.Escape(OwnCommand.Name)} prediction {requestId}[/]");
    }
}
