using System.Threading.Channels;
using ModelServing.Hosting;
using ModelServing.Registry;
using ModelServing.Settings;
using ModelServing.Settings.Models;

namespace ModelServing.Cli.Up;

/// <summary>
/// Follows the stack file. One that has faults, or is gone, changes nothing and is said; a good one is handed on, and while that is
/// being applied the newest one is kept: it ends the waiting for what the older one wanted.
/// </summary>
/// <param name="stack">The stack.</param>
/// <param name="file">Its file, of which the running content was read.</param>
/// <param name="running">The settings that the platform was started with.</param>
/// <param name="check">Holds settings against what is published.</param>
/// <param name="terminal">Where faults are said.</param>
/// <param name="time">The clock.</param>
internal sealed class StackFollower(StackLocation stack, PolledFile file, StackSettings running, Func<StackFile, CancellationToken, Task> check, Terminal terminal, TimeProvider time)
    : IDisposable
{
    private static readonly TimeSpan RecheckPeriod = TimeSpan.FromSeconds(1);

    private readonly Channel<StackFile> good = Channel.CreateBounded<StackFile>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly SemaphoreSlim oneAtATime = new(1);
    private readonly Lock gate = new();
    private CancellationTokenSource superseded = new();
    private StackSettings settings = running;

    // One that is wrong only because of what is published; guarded by oneAtATime.
    private StackFile? unpublished;

    public void Dispose()
    {
        oneAtATime.Dispose();
        superseded.Dispose();
    }

    /// <summary>Follows the file until it is told to end.</summary>
    /// <param name="apply">Takes a good stack file, and what ends its waiting because a newer one is there.</param>
    /// <param name="cancellation">Ends it.</param>
    internal async Task RunAsync(Func<StackFile, CancellationToken, Task> apply, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] all =
        [
            file.FollowAsync(
                content => ExclusiveAsync(() => TakeAsync(content, ending.Token), ending.Token),
                why => terminal.Warn($"{stack.FileName} can't be read, so nothing changes: {why}"),
                ending.Token),
            RecheckAsync(ending.Token),
            ApplyAsync(apply, ending.Token),
        ];
        try
        {
            // None of them ends by itself but by a failure that nobody foresaw.
            await await Task.WhenAny(all);
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TakeAsync(byte[]? content, CancellationToken cancellation)
    {
        unpublished = null;
        if (content is null)
        {
            terminal.Warn($"{stack.FileName} is gone; the plan stays as it is until there is one again");
            return;
        }

        StackFile? read = null;
        try
        {
            read = stack.Parse(content);
            await check(read, cancellation);
        }
        catch (Exception e) when (e is CommandException or RegistryException)
        {
            foreach (var line in e is CommandException command ? command.Lines : [e.Message])
                terminal.Warn(line);
            unpublished = read;
            terminal.Warn($"{stack.FileName} is not applied; the plan stays as it is" + (read is null ? "" : " until that is put right"));
            return;
        }

        HandOn(read);
    }

    /// <summary>Somebody may publish what was missing, and the file stays the same then.</summary>
    private async Task RecheckAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(RecheckPeriod, time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            await ExclusiveAsync(
                async () =>
                {
                    if (unpublished is not { } waiting)
                        return;
                    try
                    {
                        await check(waiting, cancellation);
                    }
                    catch (Exception e) when (e is CommandException or RegistryException)
                    {
                        return;
                    }

                    unpublished = null;
                    HandOn(waiting);
                },
                cancellation);
        }
    }

    private void HandOn(StackFile read)
    {
        foreach (var setting in Differences(settings, read.Settings))
            terminal.Say($"[yellow]{StackFile.Namespace}{setting} was changed; that takes effect at the next start[/]");
        settings = read.Settings;
        CancellationTokenSource older;
        lock (gate)
        {
            (older, superseded) = (superseded, new CancellationTokenSource());
            good.Writer.TryWrite(read);
        }

        older.Cancel();
    }

    private async Task ApplyAsync(Func<StackFile, CancellationToken, Task> apply, CancellationToken cancellation)
    {
        while (await good.Reader.WaitToReadAsync(cancellation))
        {
            StackFile? next;
            CancellationToken newer;
            lock (gate)
            {
                good.Reader.TryRead(out next);
                newer = superseded.Token;
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(newer, cancellation);
            try
            {
                await apply(next!, either.Token);
            }
            catch (OperationCanceledException) when (newer.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                // The newer one is next.
            }
        }
    }

    private async Task ExclusiveAsync(Func<Task> act, CancellationToken cancellation)
    {
        await oneAtATime.WaitAsync(cancellation);
        try
        {
            await act();
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    // Of what hosts are started with.
    private static IEnumerable<string> Differences(StackSettings before, StackSettings after)
    {
        if (before.Local.Port != after.Local.Port)
            yield return "local.port";
        if (before.Local.State != after.Local.State)
            yield return "local.state";
        if (before.Local.Registry != after.Local.Registry)
            yield return "local.registry";
        if (before.MaxRequestBytes != after.MaxRequestBytes)
            yield return "maxRequestBytes";
    }
}
