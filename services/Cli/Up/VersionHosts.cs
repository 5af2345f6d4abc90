using System.Collections.Concurrent;
using ModelServing.Contracts;
using ModelServing.Registry;

namespace ModelServing.Cli.Up;

/// <summary>The inference hosts: the processes of each pool, and one for each other version that the plan names.</summary>
internal sealed class VersionHosts(
    HostProgram program,
    InferenceHostSettings settings,
    PlatformFiles files,
    HostSupervision supervision)
{
    /// <summary>How long a router may take to see a written file, with room to spare (it reads the files every 100 ms).</summary>
    internal static readonly TimeSpan Propagation = TimeSpan.FromSeconds(1);

    /// <summary>How long a version that is ready waits for others, so that versions that start together are served together.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    /// <summary>How long a version is waited for.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // A timer may be a little early.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    // Not guarded, because the platform makes one call at a time. By what they serve: a pool with another document is another group.
    private readonly Dictionary<string, IVersionGroup> groups = [];

    private readonly ConcurrentDictionary<IVersionGroup, bool> leaving = new();
    private readonly TaskCompletionSource stopRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlyCollection<string> wanted = [];

    /// <summary>Starts what serves the versions and does not run yet, and waits until each is ready or has failed, but not for ever: a host
    /// that takes longer goes on. Returns the versions that are not ready.</summary>
    /// <param name="versions">What must run; other hosts stay as they are.</param>
    /// <param name="pools">The pools. Versions that are in none have processes of their own.</param>
    /// <param name="serve">Serves what is ready while other versions are waited for: gets those that are not ready, and is called again
    /// after each change.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    internal async Task<IReadOnlyList<VersionFailure>> StartAsync(
        IReadOnlyCollection<PublishedVersion> versions,
        IReadOnlyList<PoolDocument> pools,
        Func<IReadOnlyList<VersionFailure>, Task> serve,
        CancellationToken cancellation)
    {
        var started = new List<IVersionGroup>();
        var keys = new List<string>();
        foreach (var pool in pools)
            Ensure(ServedPool.KeyOf(pool), () => new ServedPool(pool, program, settings.ForPool, files, supervision));
        foreach (var version in versions.Except(started.SelectMany(static pool => pool.Versions)).ToList())
        {
            Ensure(
                LoneVersion.NameOf(version),
                () => new LoneVersion(version, program, settings.ForVersion(version), files, supervision));
        }

        wanted = keys;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var over = Task.Delay(Patience, supervision.Time, ending.Token);
        while (Starting().Any() && !started.Any(static one => one.Ready.IsCompletedSuccessfully) && !over.IsCompleted)
            await Task.WhenAny(Starting().Append(over));
        await Task.WhenAny(Task.WhenAll(Starting()), Task.Delay(Grace, supervision.Time, ending.Token), over);
        while (Starting().Any() && !over.IsCompleted)
        {
            await serve(Failures());
            await Task.WhenAny(Starting().Append(over));
        }

        await ending.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        var failures = Failures();
        // Another try needs another host.
        foreach (var (key, _) in groups.Where(static one => one.Value.Ready.IsFaulted || one.Value.Ready.IsCanceled).ToList())
            groups.Remove(key);
        return failures;

        void Ensure(string key, Func<IVersionGroup> start)
        {
            if (!groups.ContainsKey(key))
                groups.Add(key, start());
            keys.Add(key);
            started.Add(groups[key]);
        }

        IEnumerable<Task> Starting() => started.Select(static one => one.Ready).Where(static ready => !ready.IsCompleted);

        List<VersionFailure> Failures() => [.. started.SelectMany(FailuresOf)];
    }

    /// <summary>Waits until a host that is still starting is ready or has failed, or until the time is over.</summary>
    internal Task WaitForStartingAsync(TimeSpan limit, CancellationToken cancellation) =>
        Task.WhenAny(groups.Values.Select(static group => group.Ready).Where(static ready => !ready.IsCompleted)
            .Append(Task.Delay(limit, supervision.Time, cancellation)));

    /// <summary>Removes the hosts that nothing needs any more: first from the endpoints, once no router sends them requests, then the
    /// processes. A host is needed if it was wanted last, or if it alone serves one of the versions.</summary>
    internal void KeepOnly(IReadOnlyCollection<PublishedVersion> versions)
    {
        foreach (var (key, group) in groups.Where(one => !wanted.Contains(one.Key)).ToList())
        {
            if (group.Versions.Any(version => versions.Contains(version) && !IsServedBeside(group, version)))
                continue;
            groups.Remove(key);
            leaving[group] = true;
            _ = LeaveAsync(group, group.Versions.Any(versions.Contains));
        }
    }

    internal async Task StopAsync(TimeSpan timeout, CancellationToken kill)
    {
        stopRequested.TrySetResult();
        await Task.WhenAll(groups.Values.Concat(leaving.Keys).Select(group => group.StopAsync(timeout, kill)));
        groups.Clear();
    }

    private bool IsServedBeside(IVersionGroup group, PublishedVersion version) =>
        groups.Values.Any(other => other != group && other.Serves(version));

    private IEnumerable<VersionFailure> FailuresOf(IVersionGroup group)
    {
        if (group.Ready.IsCompletedSuccessfully)
        {
            foreach (var version in group.Versions)
            {
                if (group.RefusalOf(version) is { } why && !IsServedBeside(group, version))
                    yield return new VersionFailure(version, $"{LoneVersion.NameOf(version)} is not ready: {why.Reason}", why.IsTransient);
            }

            yield break;
        }

        var (message, isTransient) = ProblemOf(group);
        var missing = group.Versions.Where(version => !group.Serves(version) && !IsServedBeside(group, version)).ToList();
        foreach (var version in missing)
            yield return new VersionFailure(version, message, isTransient);
        // Until it is ready, the processes that it replaces can't stop.
        if (missing.Count == 0)
            yield return new VersionFailure(null, message, isTransient);
    }

    private static (string Message, bool IsTransient) ProblemOf(IVersionGroup group)
    {
        if (!group.Ready.IsCompleted)
        {
            var line = group.Age < Patience - Slack
                ? $"{group.Label} is not ready yet, and the others are served meanwhile: {group.Problem}"
                : $"{group.Label} is not ready after {Patience.TotalSeconds:0} s: {group.Problem}";
            return (line, true);
        }

        return group.Ready.Exception?.GetBaseException() is HostFailedException failure
            ? (failure.Message, failure.IsTransient)
            : ($"{group.Label} was stopped", true);
    }

    private async Task LeaveAsync(IVersionGroup group, bool isReplaced)
    {
        try
        {
            await RemoveAsync(group, isReplaced);
        }
        catch (Exception e)
        {
            // The process still belongs to this program and ends with it.
            supervision.Terminal.Warn($"{group.Label} can't be stopped: {e.Message}");
        }
    }

    private async Task RemoveAsync(IVersionGroup group, bool isReplaced)
    {
        if (group.Ready.IsCompletedSuccessfully)
        {
            // The plan no longer names the version, but pinned requests reach it until it is no longer an endpoint.
            await PropagatedAsync();
            group.Withdraw();
            await PropagatedAsync();
            if (stopRequested.Task.IsCompleted)
                return;
            supervision.Terminal.Say(isReplaced
                ? $"{group.Label} stops: other processes serve its versions now"
                : $"{group.Label} stops: the plan no longer names it");
        }

        await group.StopAsync(Platform.StopTimeout, CancellationToken.None);
        leaving.TryRemove(group, out _);
    }

    private async Task PropagatedAsync() => await Task.WhenAny(Task.Delay(Propagation, supervision.Time), stopRequested.Task);
}
