using System.Globalization;
using ModelServing.Cli.Up;
using ModelServing.Sample;

namespace ModelServing.Cli.Demo;

/// <summary>Posts the events of the days before the demo's first payment, and waits until the views have read them.</summary>
internal sealed class EventHistory(Platform platform, Terminal terminal, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <exception cref="CommandException">They could not be posted, or the views do not read them.</exception>
    internal async Task PostAsync(IReadOnlyList<SampleEvent> history, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var label = string.Create(CultureInfo.InvariantCulture, $"Sending the {history.Count:N0} events of {SampleDataset.History}");
        await terminal.ShowProgressAsync(label, history.Count, async bar =>
        {
            await using var flow = new EventFlow(platform.OpenFeatures, time);
            foreach (var one in history)
            {
                await flow.AddAsync(one, cancellation);
                bar.Value = flow.Logged;
            }

            await flow.FinishAsync(cancellation);
            bar.Value = flow.Logged;
        });
        await WaitForViewsAsync(cancellation);
        terminal.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"The feature views have read the {history.Count:N0} events of {SampleDataset.History}, which took " +
                $"{time.GetElapsedTime(began).TotalSeconds:0.0} s"));
    }

    /// <summary>Does the same without a word.</summary>
    /// <inheritdoc cref="PostAsync"/>
    internal async Task PostQuietlyAsync(IReadOnlyList<SampleEvent> history, CancellationToken cancellation)
    {
        await using var flow = new EventFlow(platform.OpenFeatures, time);
        foreach (var one in history)
            await flow.AddAsync(one, cancellation);
        await flow.FinishAsync(cancellation);
        await WaitForViewsAsync(cancellation);
    }

    private async Task WaitForViewsAsync(CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < Longest)
        {
            using var client = platform.OpenFeatures();
            var served = await client.ReadViewsAsync(cancellation);
            if (served.Views.All(view => view.Filled && view.AppliedTo >= served.LastSequence))
                return;
            await Task.Delay(Pause, time, cancellation);
        }

        throw new CommandException(ExitCode.Failed, $"the feature views have not read all events within {Longest.TotalMinutes:0} minutes");
    }
}
