using System.Threading.Channels;
using ModelServing.Hosting;
using ModelServing.Registry;
using ModelServing.Settings;
using ModelServing.Settings.Models;

namespace ModelServing.Cli.Up;

/// <summary>
/// Follows the stack file. A file with faults, or a missing file, is reported and changes nothing. A good file is passed on. While it is
/// being applied, the newest one waits and cancels it.
/// </summary>
/// <param name="file">The stack's file, whose running content has been read.</param>
/// <param name="running">The settings with which the platform was started.</param>
/// <param name="check">Checks that the settings name only published versions.</param>
/// <param name="terminal">Where faults are printed.</param>
/// <param name="time">The clock.</param>
internal sealed class StackFollower(
    StackLocation stack,
    PolledFile file,
    StackSettings running,
    Func<StackFile, CancellationToken, Task> check,
    Terminal terminal,
    TimeProvider time) : IDisposable
{
    private static readonly TimeSpan RecheckPeriod = TimeSpan.FromSeconds(1);

    private readonly Channel<StackFile> good = Channel.CreateBounded<StackFile>(new BoundedChannelOptions(1)
    {
        FullMode = BoundedChannelFullMode.DropOldest,
    });
    private readonly SemaphoreSlim oneAtATime = new(1);
    private readonly Lock gate = new();
    private CancellationTokenSource superseded = new();
    private StackSettings settings = running;

    // A file whose only faults are unpublished versions; guarded by oneAtATime.
    private StackFile? unpublished;

    public void Dispose()
    {
        oneAtATime.Dispose();
        superseded.Dispose();
    }

    /// <summary>Has the content with which the platform was started applied once more, because some of it is not served yet.</summary>
    internal void ApplyAgain(StackFile started) => good.Writer.TryWrite(started);

    /// <summary>Follows the file until cancelled.</summary>
    /// <param name="apply">Applies a good stack file; its token is cancelled when a newer one arrives.</param>
    /// <param name="cancellation">Ends the following.</param>
    internal async Task RunAsync(Func<StackFile, CancellationToken, Task> apply, CancellationToken cancellation)
    {
        var loops = new TerminalLoops(terminal, time);
        await Task.WhenAll(
            loops.FollowAsync(
                stack.FileName,
                token => file.FollowAsync(
                    content => ExclusiveAsync(() => TakeAsync(content?.ToArray(), token), token),
                    reason => terminal.Warn($"{stack.FileName} can't be read, so nothing changes: {reason}"),
                    token),
                cancellation),
            loops.RunAsync("missing versions", RecheckAsync, cancellation),
            loops.RunAsync("the plan", token => ApplyNextAsync(apply, token), cancellation));
    }

    private async Task TakeAsync(byte[]? content, CancellationToken cancellation)
    {
        unpublished = null;
        if (content is null)
        {
            terminal.Warn($"{stack.FileName} is missing; the plan stays as it is until the file is back");
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
            terminal.Warn($"{stack.FileName} is not applied; the plan stays as it is" + (read is null ? "" : " until this is corrected"));
            return;
        }

        PassOn(read);
    }

    /// <summary>Checks a waiting file again, because its missing versions may be published without a change of the file.</summary>
    private async Task RecheckAsync(CancellationToken cancellation)
    {
        await Task.Delay(RecheckPeriod, time, cancellation);
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
                PassOn(waiting);
            },
            cancellation);
    }

    private void PassOn(StackFile read)
    {
        foreach (var setting in Differences(settings, read.Settings))
            terminal.Say($"[yellow]{StackFile.Namespace}{setting} was changed; the change takes effect at the next start[/]");
        settings = read.Settings;
        CancellationTokenSource older;
        lock (gate)
        {
            (older, superseded) = (superseded, new CancellationTokenSource());
            good.Writer.TryWrite(read);
        }

        older.Cancel();
    }

    // A file stays in the queue until it is applied, or a newer one takes its place. So a failure of any kind is followed by another try.
    private async Task ApplyNextAsync(Func<StackFile, CancellationToken, Task> apply, CancellationToken cancellation)
    {
        await good.Reader.WaitToReadAsync(cancellation);
        StackFile? next;
        CancellationToken newer;
        lock (gate)
        {
            good.Reader.TryPeek(out next);
            newer = superseded.Token;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(newer, cancellation);
        try
        {
            await apply(next!, either.Token);
        }
        catch (OperationCanceledException) when (newer.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return;
        }

        lock (gate)
        {
            if (newer == superseded.Token)
                good.Reader.TryRead(out _);
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

    // The changed settings that hosts get only at their start.
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
