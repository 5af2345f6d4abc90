using System.Globalization;
using ModelServing.Cli.Rollouts;
using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Predictions;
using ModelServing.Oci;
using ModelServing.Predictions;
using ModelServing.Rollout;
using ModelServing.Settings.Models;
using Spectre.Console;

namespace ModelServing.Cli.Demo;

/// <summary>The last scene of a demo: the sample's two versions get half of the payments each, until the log tells with certainty which of
/// them ranks better.</summary>
/// <remarks>
/// <code>
/// 1 allow    the canary gets a new trial, if it was condemned
/// 2 assign   a plan with an experiment, in place of the stack file's
/// 3 send     new payments, in batches, and then their outcomes
/// 4 look     at the log after each batch. The interval is valid at each look, so the scene stops at the first one that is certain
/// 5 restore  the plan of the stack file
/// </code>
/// </remarks>
internal sealed class ExperimentScene(Platform platform, int mostPayments, Terminal terminal, TimeProvider time)
{
    /// <summary>The payments of <see cref="DemoWorlds.Most"/> worlds, rounded down.</summary>
    internal const int MostPayments = 600_000;

    private const int Batch = 10_000;

    // What has not landed by then is lost, and the log says so.
    private const int MostLandingSeconds = 60;

    private const string Why = "the demo's fault is over";
    private const string Experiment = "demo";
    private const string Arm = "trees";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Plays the scene.</summary>
    internal async Task<ExperimentFigures?> PlayAsync(CancellationToken cancellation)
    {
        if (platform.PredictionLog is not { } path)
        {
            terminal.Say("[yellow]This demo shows no experiment, because the stack file turns the prediction log off[/]");
            return null;
        }

        await ResetAsync(cancellation); // 1
        var models = platform.Models;
        var own = new Dictionary<ModelName, ModelSettings>(models) { [DemoModel.Name] = Release };
        try
        {
            await platform.ApplyAsync(own, cancellation); // 2
            await Task.Delay(VersionHosts.Propagation, time, cancellation);
            terminal.Say("[bold]Version 2 is compared with version 1 in an experiment: each gets half of the payments[/]");
            var log = PredictionStores.Open(HostSources.Sqlite(path), PredictionLogSettings.MostRetentionDays, oci: null);
            using var closing = log as IDisposable;
            var figures = await CompareAsync(log, () => ReferenceEquals(platform.Models, own), cancellation);
            figures.Print(terminal);
            return figures;
        }
        finally
        {
            // 5, unless a change of the stack file has already replaced it.
            if (ReferenceEquals(platform.Models, own))
                await platform.ApplyAsync(models, CancellationToken.None);
        }
    }

    private static ModelSettings Release => new()
    {
        Stable = new StableSettings { Version = new ModelVersion(1) },
        Experiment = new ExperimentSettings
        {
            Name = Experiment,
            Arms = new Dictionary<ModelName, ArmSettings>
            {
                [ModelName.Parse(Arm)] = new() { Version = new ModelVersion(2), Percent = Percent.FromHundredths(5000) },
            },
        },
    };

    private async Task ResetAsync(CancellationToken cancellation)
    {
        using var admin = new AdminClient(platform.Admin, OperatorCredential.OfKey(platform.OperatorKey));
        var status = (await admin.StatusAsync(cancellation)).Models.FirstOrDefault(static model => model.Model == DemoModel.Name);
        foreach (var condemned in status?.Condemned ?? [])
            await admin.ResetAsync(DemoModel.Name, new ResetRequest(condemned.Version, Why, Environment.UserName), cancellation);
    }

    private async Task<ExperimentFigures> CompareAsync(IPredictionStore log, Func<bool> isApplied, CancellationToken cancellation)
    {
        var comparison = new RankingComparison(Arm);
        var label = string.Create(CultureInfo.InvariantCulture, $"Sending at most {mostPayments:N0} payments, until it is certain");
        await terminal.ShowProgressAsync(label, mostPayments, async bar =>
        {
            for (var number = 1; number <= DemoWorlds.Most && !IsOver(); number++)
            {
                var payments = await Task.Run(() => DemoWorlds.Create(number), cancellation);
                await new EventHistory(platform, terminal, time).PostQuietlyAsync(payments.History, cancellation);
                // 3 and 4
                while (payments.Left >= Batch && !IsOver())
                    await SendAsync(payments, log, comparison, () => bar.Increment(1), cancellation);
            }
        });
        return comparison.Figures;

        bool IsOver() => comparison.IsCertain || comparison.Units >= mostPayments || !isApplied();
    }

    private async Task SendAsync(
        DemoPayments payments, IPredictionStore log, RankingComparison comparison, Action answered, CancellationToken cancellation)
    {
        DemoAnswer[] answers;
        await using (var flow = new EventFlow(platform.OpenFeatures, time))
        {
            using var traffic = new DemoTraffic(platform.Api, platform.OperatorKey, payments, flow.AddAsync, time);
            answers = await traffic.SendAsync(Batch, null, answered, cancellation);
            await flow.FinishAsync(cancellation);
        }

        var outcomes = answers.Where(static one => one is { Failure: null, RequestId: not null })
            .Select(static one => new Outcome(one.RequestId!, OutcomeValue.FromFlag(one.IsFraud)))
            .ToDictionary(static one => one.RequestId);
        using (var posts = new OutcomePosts(platform.Api, platform.OperatorKey, time))
            await posts.PostAsync(outcomes.Values, cancellation);
        comparison.Add(await ReadAsync(log, outcomes.Keys, cancellation));
    }

    // Records land a moment after their answers.
    private async Task<IReadOnlyList<RankedPayment>> ReadAsync(
        IPredictionStore log, IEnumerable<string> ids, CancellationToken cancellation)
    {
        var (missing, payments, began) = (ids.ToList(), new List<RankedPayment>(), time.GetTimestamp());
        while (missing.Count > 0 && time.GetElapsedTime(began).TotalSeconds < MostLandingSeconds)
        {
            await Task.Delay(Pause, time, cancellation);
            var later = new List<string>();
            foreach (var id in missing)
            {
                var attempts = await log.FindAsync(id, cancellation);
                if (attempts.Select(RankedPayment.From).FirstOrDefault(static one => one is not null) is { } payment)
                    payments.Add(payment);
                else
                    later.Add(id);
            }

            missing = later;
        }

        return await WithOutcomesAsync(log, payments, cancellation);
    }

    private static async Task<IReadOnlyList<RankedPayment>> WithOutcomesAsync(
        IPredictionStore log, List<RankedPayment> payments, CancellationToken cancellation)
    {
        var known = new List<RankedPayment>();
        foreach (var some in payments.OrderBy(static payment => payment.Time).Chunk(IPredictionStore.MostOutcomes))
        {
            var outcomes = await log.FindOutcomesAsync([.. some.Select(static payment => payment.RequestId)], cancellation);
            known.AddRange(some.Where(payment => outcomes.ContainsKey(payment.RequestId))
                .Select(payment => payment with { IsFraud = outcomes[payment.RequestId].Value.Flag == true }));
        }

        return known;
    }
}
